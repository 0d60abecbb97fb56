"""The REST endpoints of the work, one module per topic."""

from django.urls import URLPattern, path

from warehouse.api import movements, receiving, shipping

app_name = "warehouse_api"
urlpatterns: list[URLPattern] = [
    path("receipts/", receiving.ReceiptList.as_view(), name="receipts"),
    path("receipts/<str:number>/", receiving.ReceiptDetail.as_view(), name="receipt"),
    path("movement-orders/", movements.MovementOrderList.as_view(), name="movement_orders"),
    path("movement-orders/<str:number>/", movements.MovementOrderDetail.as_view(), name="movement_order"),
    path("shipments/", shipping.ShipmentList.as_view(), name="shipments"),
    path("shipments/<str:number>/", shipping.ShipmentDetail.as_view(), name="shipment"),
    path("milestones/", shipping.Milestones.as_view(), name="milestones"),
    path("deliveries/", shipping.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/<str:number>/", shipping.DeliveryDetail.as_view(), name="delivery"),
]
