"""Every table of the floor as of the fourth migration, made at once."""

import django.db.models.deletion
import inventory.fields
from django.db import migrations, models

from inventory.migrations._operations import CreateModels
from warehouse.migrations import _triggers


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('warehouse', '0001_initial'),
        ('warehouse', '0002_append_only_milestones'),
        ('warehouse', '0003_shortages_explained'),
        ('warehouse', '0004_shortages_standing'),
    ]

    dependencies = [
        ('inventory', '0001_squashed_0009_more_blocks_of_a_pedimento'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='BinMove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                    ('quantity', inventory.fields.QuantityField(verbose_name='quantity')),
                    ('moved_at', models.DateTimeField(verbose_name='moved')),
                    ('moved_by', models.CharField(max_length=120, verbose_name='moved by')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account', verbose_name='account')),
                    ('destination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='to')),
                    ('origin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='from')),
                    ('posting', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bin_move', to='inventory.posting', verbose_name='posting')),
                ],
                options={
                    'verbose_name': 'bin move',
                    'verbose_name_plural': 'bin moves',
                },
            ),
            migrations.CreateModel(
                name='CountSheet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                    ('state', models.CharField(choices=[('open', 'Open'), ('recount', 'To be recounted'), ('counted', 'Counted'), ('posted', 'Posted'), ('cancelled', 'Cancelled')], default='open', max_length=10, verbose_name='state')),
                    ('opened_at', models.DateTimeField(verbose_name='opened')),
                    ('opened_by', models.CharField(max_length=120, verbose_name='opened by')),
                    ('counted_by', models.CharField(blank=True, max_length=120, verbose_name='counted by')),
                    ('recounted_by', models.CharField(blank=True, max_length=120, verbose_name='recounted by')),
                    ('posted_at', models.DateTimeField(blank=True, null=True, verbose_name='posted')),
                    ('posted_by', models.CharField(blank=True, max_length=120, verbose_name='posted by')),
                    ('posting', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='count_sheet', to='inventory.posting', verbose_name='posting')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='count_sheets', to='inventory.site', verbose_name='site')),
                ],
                options={
                    'verbose_name': 'count sheet',
                    'verbose_name_plural': 'count sheets',
                    'indexes': [models.Index(fields=['site', 'state', '-id'], name='count_sheet_newest')],
                },
            ),
            migrations.CreateModel(
                name='MovementOrder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                    ('state', models.CharField(choices=[('open', 'Open'), ('shipping', 'Being shipped'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='open', max_length=10, verbose_name='state')),
                    ('ship_by', models.DateField(blank=True, null=True, verbose_name='ship by')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('created_by', models.CharField(max_length=120, verbose_name='created by')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movement_orders', to='inventory.client', verbose_name='client')),
                    ('destination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.site', verbose_name='destination')),
                    ('origin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.site', verbose_name='origin')),
                ],
                options={
                    'verbose_name': 'movement order',
                    'verbose_name_plural': 'movement orders',
                    'indexes': [models.Index(fields=['client', 'state', '-created_at'], name='movement_order_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('origin', models.F('destination')), _negated=True), name='movement_order_goes_somewhere')],
                },
            ),
            migrations.CreateModel(
                name='Receipt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                    ('state', models.CharField(choices=[('expected', 'Expected'), ('arrived', 'Arrived'), ('counted', 'Counted'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], default='expected', max_length=10, verbose_name='state')),
                    ('expected_on', models.DateField(blank=True, null=True, verbose_name='expected')),
                    ('arrived_at', models.DateTimeField(blank=True, null=True, verbose_name='arrived')),
                    ('container_number', models.CharField(blank=True, max_length=11, verbose_name='container')),
                    ('plates', models.CharField(blank=True, max_length=7, verbose_name='plates')),
                    ('driver', models.CharField(blank=True, max_length=120, verbose_name='driver')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                    ('closed_by', models.CharField(blank=True, max_length=120, verbose_name='closed by')),
                    ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                    ('carrier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.carrier', verbose_name='carrier')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='inventory.client', verbose_name='client')),
                    ('dock', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='dock')),
                    ('pedimento', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='inventory.pedimento', verbose_name='pedimento')),
                    ('posting', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='inventory.posting', verbose_name='posting')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='inventory.site', verbose_name='site')),
                ],
                options={
                    'verbose_name': 'receipt',
                    'verbose_name_plural': 'receipts',
                    'indexes': [models.Index(fields=['client', 'state', '-id'], name='receipt_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('posting__isnull', False), ('state', 'closed')), models.Q(('state', 'closed'), _negated=True), _connector='OR'), name='receipt_closed_has_its_posting')],
                },
            ),
            migrations.CreateModel(
                name='CountLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('expected', inventory.fields.QuantityField(verbose_name='expected')),
                    ('counted', inventory.fields.QuantityField(blank=True, null=True, verbose_name='counted')),
                    ('recounted', inventory.fields.QuantityField(blank=True, null=True, verbose_name='recounted')),
                    ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='location')),
                    ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot', verbose_name='lot')),
                    ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='warehouse.countsheet', verbose_name='count sheet')),
                ],
                options={
                    'verbose_name': 'count line',
                    'verbose_name_plural': 'count lines',
                    'ordering': ['sheet', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('sheet', 'lot', 'location'), name='count_line_once'), models.CheckConstraint(condition=models.Q(models.Q(('counted__isnull', True), ('counted__gte', 0), _connector='OR'), models.Q(('recounted__isnull', True), ('recounted__gte', 0), _connector='OR')), name='count_line_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='MovementOrderLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('quantity', inventory.fields.QuantityField(verbose_name='quantity')),
                    ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.item', verbose_name='item')),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='warehouse.movementorder', verbose_name='movement order')),
                    ('recommendation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movement_line', to='inventory.recommendation', verbose_name='recommendation')),
                ],
                options={
                    'verbose_name': 'movement order line',
                    'verbose_name_plural': 'movement order lines',
                    'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='movement_line_is_positive')],
                },
            ),
            migrations.CreateModel(
                name='ReceiptLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('declared', inventory.fields.QuantityField(verbose_name='declared')),
                    ('good', inventory.fields.QuantityField(blank=True, null=True, verbose_name='good')),
                    ('damaged', inventory.fields.QuantityField(default=0, verbose_name='damaged')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='put away at')),
                    ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='warehouse.receipt', verbose_name='receipt')),
                    ('subline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_lines', to='inventory.pedimentosubline', verbose_name='subline')),
                ],
                options={
                    'verbose_name': 'receipt line',
                    'verbose_name_plural': 'receipt lines',
                    'ordering': ['receipt', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('receipt', 'subline'), name='receipt_line_subline_once'), models.CheckConstraint(condition=models.Q(('damaged__gte', 0), ('declared__gt', 0), models.Q(('good__isnull', True), ('good__gte', 0), _connector='OR')), name='receipt_line_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='ReceiptSeal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('expected', models.CharField(blank=True, max_length=20, verbose_name='expected')),
                    ('found', models.CharField(blank=True, max_length=20, verbose_name='found')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seals', to='warehouse.receipt', verbose_name='receipt')),
                ],
                options={
                    'verbose_name': 'seal',
                    'verbose_name_plural': 'seals',
                },
            ),
            migrations.CreateModel(
                name='Shipment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('reserved', 'Reserved'), ('picked', 'Picked'), ('cleared', 'Cleared'), ('dispatched', 'Dispatched'), ('at_border', 'At the border'), ('crossed', 'Crossed'), ('released', 'Released in the US'), ('arrived', 'Arrived'), ('received', 'Received'), ('returned', 'Returned'), ('cancelled', 'Cancelled')], default='draft', max_length=10, verbose_name='state')),
                    ('trailer', models.CharField(blank=True, max_length=11, verbose_name='trailer or container')),
                    ('plates', models.CharField(blank=True, max_length=7, verbose_name='plates')),
                    ('seal', models.CharField(blank=True, max_length=20, verbose_name='seal')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('created_by', models.CharField(max_length=120, verbose_name='created by')),
                    ('dispatched_at', models.DateTimeField(blank=True, null=True, verbose_name='dispatched')),
                    ('eta', models.DateTimeField(blank=True, null=True, verbose_name='ETA')),
                    ('promised_at', models.DateTimeField(blank=True, null=True, verbose_name='promised')),
                    ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                    ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                    ('carrier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.carrier', verbose_name='carrier')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='inventory.client', verbose_name='client')),
                    ('crossing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.site', verbose_name='crossing')),
                    ('destination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments_in', to='inventory.site', verbose_name='destination')),
                    ('movement_order', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shipment', to='warehouse.movementorder', verbose_name='movement order')),
                    ('origin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments_out', to='inventory.site', verbose_name='origin')),
                    ('pedimento', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='inventory.pedimento', verbose_name='outbound pedimento')),
                    ('posting', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shipment', to='inventory.posting', verbose_name='posting')),
                ],
                options={
                    'verbose_name': 'shipment',
                    'verbose_name_plural': 'shipments',
                    'indexes': [models.Index(fields=['client', 'state', '-id'], name='shipment_newest'), models.Index(condition=models.Q(('state__in', ['dispatched', 'at_border', 'crossed', 'released', 'arrived'])), fields=['eta'], name='shipment_in_transit')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('origin', models.F('destination')), _negated=True), name='shipment_goes_somewhere')],
                },
            ),
            migrations.CreateModel(
                name='Milestone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(choices=[('GATE_OUT_ZONE', 'Left the zone'), ('ARR_MX_YARD', 'At the Mexican border yard'), ('MX_MODULE_GREEN', 'Released by Mexican customs'), ('MX_MODULE_RED', 'Sent to Mexican examination'), ('US_PRIMARY_ARRIVAL', 'Arrived at US customs'), ('US_SECONDARY_REFERRED', 'Sent to US examination'), ('US_RELEASED', 'Released by US customs'), ('DEP_US_YARD', 'Left the US border yard'), ('ARR_DC', 'Arrived at the distribution center'), ('RECEIPT_POSTED', 'Received'), ('DISPATCH_REVERSED', 'Dispatch reversed')], max_length=24, verbose_name='milestone')),
                    ('occurred_at', models.DateTimeField(verbose_name='occurred')),
                    ('offset_minutes', models.SmallIntegerField(default=0, verbose_name='offset, minutes')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('source', models.CharField(choices=[('customs', 'Customs'), ('gate', 'Gate or warehouse scan'), ('telematics', 'Telematics'), ('carrier', 'Carrier'), ('manual', 'By hand')], default='manual', max_length=10, verbose_name='source')),
                    ('source_event_id', models.CharField(max_length=120, verbose_name='id at the source')),
                    ('references', models.JSONField(blank=True, default=dict, verbose_name='references')),
                    ('actor_label', models.CharField(max_length=120, verbose_name='by')),
                    ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.site', verbose_name='place')),
                    ('shipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='warehouse.shipment', verbose_name='shipment')),
                ],
                options={
                    'verbose_name': 'milestone',
                    'verbose_name_plural': 'milestones',
                    'indexes': [models.Index(fields=['shipment', 'occurred_at'], name='milestone_of_shipment')],
                    'constraints': [models.UniqueConstraint(fields=('source', 'source_event_id'), name='milestone_once_per_source'), models.CheckConstraint(condition=models.Q(('source_event_id', ''), _negated=True), name='milestone_names_its_id')],
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('received_at', models.DateTimeField(verbose_name='received')),
                    ('received_by', models.CharField(max_length=120, verbose_name='received by')),
                    ('seal_found', models.CharField(blank=True, max_length=20, verbose_name='seal found')),
                    ('posting', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='inventory.posting', verbose_name='posting')),
                    ('shipment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='warehouse.shipment', verbose_name='shipment')),
                ],
                options={
                    'verbose_name': 'delivery',
                    'verbose_name_plural': 'deliveries',
                },
            ),
            migrations.CreateModel(
                name='ShipmentLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveIntegerField(verbose_name='line')),
                    ('quantity', inventory.fields.QuantityField(verbose_name='quantity')),
                    ('is_picked', models.BooleanField(default=False, verbose_name='picked')),
                    ('sscc', models.CharField(blank=True, max_length=18, verbose_name='SSCC')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipment_lines', to='inventory.account', verbose_name='account')),
                    ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='location')),
                    ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot', verbose_name='lot')),
                    ('outbound_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shipment_lines', to='inventory.pedimentoline', verbose_name='outbound line')),
                    ('shipment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='warehouse.shipment', verbose_name='shipment')),
                ],
                options={
                    'verbose_name': 'shipment line',
                    'verbose_name_plural': 'shipment lines',
                    'ordering': ['shipment', 'seq'],
                    'constraints': [models.UniqueConstraint(fields=('shipment', 'seq'), name='shipment_line_seq_unique'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='shipment_line_is_positive')],
                },
            ),
            migrations.CreateModel(
                name='DeliveryLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('good', inventory.fields.QuantityField(verbose_name='good')),
                    ('damaged', inventory.fields.QuantityField(default=0, verbose_name='damaged')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='warehouse.delivery', verbose_name='delivery')),
                    ('location', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='put away at')),
                    ('shipment_line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='delivery_line', to='warehouse.shipmentline', verbose_name='shipment line')),
                    ('found', inventory.fields.QuantityField(default=0, verbose_name='found later')),
                    ('lost', inventory.fields.QuantityField(default=0, verbose_name='lost')),
                    ('missing', inventory.fields.QuantityField(default=0, help_text='What is short and neither found nor lost.', verbose_name='missing')),
                ],
                options={
                    'verbose_name': 'delivery line',
                    'verbose_name_plural': 'delivery lines',
                    'constraints': [models.CheckConstraint(condition=models.Q(('damaged__gte', 0), ('found__gte', 0), ('good__gte', 0), ('lost__gte', 0), ('missing__gte', 0)), name='delivery_line_not_negative')],
                    'indexes': [models.Index(condition=models.Q(('missing__gt', 0)), fields=['shipment_line'], name='delivery_line_missing')],
                },
            ),
        ]),
        migrations.RunPython(_triggers.create, _triggers.drop, elidable=False),
    ]
