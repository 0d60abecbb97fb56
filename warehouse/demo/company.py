"""Who: the operator of the zones, its clients with their authorisations, the brokers and the carriers. All invented."""

from dataclasses import dataclass
from datetime import date

from inventory.models import Authorisation, Broker, Carrier, Client, OperatorCompany, Site, SiteAuthorisation

OPERATOR = {
    "name": "Recinto Logístico Potosino, S.A. de C.V.",
    "rfc": "RLP180405A24",
    "address": "Eje 140 Poniente 2200, Zona Industrial, 78395 San Luis Potosí, S.L.P.",
}
CLIENTS = {
    "autopartes": ("Autopartes del Altiplano, S.A. de C.V.", "ADA110812B45"),
    "motores": ("Motores y Controles del Norte, S.A. de C.V.", "MCN090317C69"),
    "hogar": ("Hogar y Estilo Importaciones, S.A. de C.V.", "HEI140226D85"),
}
# The numbers are on the authority's list of patents; the names are made up.
BROKERS = {"3456": "Agencia Aduanal Altiplano", "3842": "Agencia Aduanal Río Bravo", "1723": "Agencia Aduanal Pacífico"}
CARRIERS = {
    "tan": ("Transportes del Altiplano Norte", "3F7K", "TALN", "TAN050610E3A"),
    "cfn": ("Carga Fronteriza Nacional", "2M9P", "CFNA", "CFN120903F77"),
    "lone": ("Lone Prairie Freight", "1Q4T", "LNPF", ""),
}


@dataclass(frozen=True)
class Company:
    """The parties, by the short names that the story uses."""

    clients: dict[str, Client]
    authorisations: dict[str, Authorisation]
    brokers: dict[str, Broker]
    carriers: dict[str, Carrier]


def found(sites: dict[str, Site], started: date) -> Company:
    """The company with its licences, each tied to the zone where its goods lie."""
    operator = OperatorCompany.objects.create(**OPERATOR)
    clients = {
        code: Client.objects.create(code=code, name=name, rfc=rfc, address="México")
        for code, (name, rfc) in CLIENTS.items()
    }
    brokers = {patent: Broker.objects.create(patente=patent, name=name) for patent, name in BROKERS.items()}
    carriers = {
        code: Carrier.objects.create(code=code, name=name, caat=caat, scac=scac, rfc=rfc)
        for code, (name, caat, scac, rfc) in CARRIERS.items()
    }
    return Company(clients, _licences(operator, clients["motores"], sites, started), brokers, carriers)


def _licences(
    operator: OperatorCompany, maker: Client, sites: dict[str, Site], started: date
) -> dict[str, Authorisation]:
    """The strategic bonded zone and the bonded warehouse of the operator, the IMMEX programme of the maker of motors."""
    since = started.replace(year=started.year - 6, month=1, day=15)
    made = {
        "RFS": Authorisation.objects.create(
            number="RFE-SLP-0007", regime="RFS", operator=operator, valid_from=since,
            valid_to=since.replace(year=since.year + 20), anexo24_section=Authorisation.Section.C,
            administrator_code="0271", operator_code="0314",
        ),
        "ITE": Authorisation.objects.create(
            number="4821-2016", regime="ITE", client=maker, valid_from=since, anexo24_section=Authorisation.Section.B
        ),
        "DFI": Authorisation.objects.create(
            number="AGD-NLD-0142", regime="DFI", operator=operator, valid_from=since,
            vat_mode=Authorisation.VatMode.GUARANTEE,
        ),
    }  # fmt: skip
    for regime, code in (("RFS", "slp"), ("ITE", "nld"), ("DFI", "nld")):
        SiteAuthorisation.objects.create(site=sites[code], authorisation=made[regime])
    return made
