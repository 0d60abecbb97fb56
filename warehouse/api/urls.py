"""The REST endpoints of the work, one module per topic."""

from django.urls import URLPattern, path

from warehouse.api import decisions, movements, receiving, shipping
from warehouse.api import shipment_steps as steps

app_name = "warehouse_api"
urlpatterns: list[URLPattern] = [
    path("recommendations/<int:pk>/accept/", decisions.AcceptRecommendation.as_view(), name="accept_recommendation"),
    path("recommendations/accept/", decisions.AcceptRecommendations.as_view(), name="accept_recommendations"),
    path("recommendations/<int:pk>/refuse/", decisions.RefuseRecommendation.as_view(), name="refuse_recommendation"),
    path("receipts/", receiving.ReceiptList.as_view(), name="receipts"),
    path("receipts/<str:number>/", receiving.ReceiptDetail.as_view(), name="receipt"),
    path("receipts/<str:number>/arrive/", receiving.ArriveReceipt.as_view(), name="arrive_receipt"),
    path("receipts/<str:number>/count/", receiving.CountReceipt.as_view(), name="count_receipt"),
    path("receipts/<str:number>/close/", receiving.CloseReceipt.as_view(), name="close_receipt"),
    path("receipts/<str:number>/cancel/", receiving.CancelReceipt.as_view(), name="cancel_receipt"),
    path("movement-orders/", movements.MovementOrderList.as_view(), name="movement_orders"),
    path("movement-orders/<str:number>/", movements.MovementOrderDetail.as_view(), name="movement_order"),
    path("movement-orders/<str:number>/cancel/", movements.CancelMovementOrder.as_view(), name="cancel_movement_order"),
    path("shipments/", shipping.ShipmentList.as_view(), name="shipments"),
    path("shipments/<str:number>/", shipping.ShipmentDetail.as_view(), name="shipment"),
    path("shipments/<str:number>/reserve/", steps.ReserveShipment.as_view(), name="reserve_shipment"),
    path("shipments/<str:number>/pick/", steps.PickShipment.as_view(), name="pick_shipment"),
    path("shipments/<str:number>/assign-pedimento/", steps.AssignPedimento.as_view(), name="assign_pedimento"),
    path("shipments/<str:number>/dispatch/", steps.DispatchShipment.as_view(), name="dispatch_shipment"),
    path("shipments/<str:number>/reverse/", steps.ReverseShipment.as_view(), name="reverse_shipment"),
    path("shipments/<str:number>/cancel/", steps.CancelShipment.as_view(), name="cancel_shipment"),
    path("shipments/<str:number>/milestones/", steps.RecordMilestone.as_view(), name="record_milestone"),
    path("milestones/", shipping.Milestones.as_view(), name="milestones"),
    path("deliveries/", shipping.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/<str:number>/", shipping.DeliveryDetail.as_view(), name="delivery"),
]
