"""A job may have parts; what the parts of a placement run hand on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0014_placement_input'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='inventory.job', verbose_name='part of'),
        ),
        migrations.CreateModel(
            name='PlacementPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='part')),
                ('given', models.BinaryField(verbose_name='given')),
                ('found', models.BinaryField(null=True, verbose_name='found')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inventory.job', verbose_name='job')),
            ],
            options={
                'verbose_name': 'part of a run',
                'verbose_name_plural': 'parts of a run',
                'constraints': [models.UniqueConstraint(fields=('job', 'number'), name='placement_part_unique')],
            },
        ),
    ]
