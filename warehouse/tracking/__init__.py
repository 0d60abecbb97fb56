"""What happened on the road: milestones as append-only facts, and where each shipment is, projected from them.

Always true: the same fact from the same source is stored once; a late fact never moves a shipment backwards.
"""
