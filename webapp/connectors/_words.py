"""The words that ATSs have for kinds of work, ways of working, currencies and what pay is per.

One table for all connectors: whoever meets a new spelling adds it here. Words are folded by `key()`, so that
`fullTime`, `FULL_TIME` and `Full-time` are one; a `*` stands for the rest of a word. Countries:
`_countries.py`. Tests: tests/connectors/test_text.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, cast

from babel import Locale

Workplace = Literal["on_site", "hybrid", "remote"]
EmploymentType = Literal[
    "full_time", "part_time", "contract", "temporary", "internship", "volunteer", "per_diem", "other"
]
Interval = Literal["hour", "day", "week", "month", "year"]

_LETTERS = str.maketrans("łŁøØđĐıæÆœŒ", "lLoOdDi\x00\x00\x01\x01")  # those that are no letter with a mark


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Lower case, without marks and punctuation, `camelCase` taken apart."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).translate(_LETTERS).replace("\x00", "ae").replace("\x01", "oe")
    folded = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in folded if not unicodedata.combining(c))))


def _folded(said: object) -> str:
    """The key of a text, or of a list of texts; empty for everything else, and for what has no letter."""
    texts = said if isinstance(said, list | tuple) else [said]
    found = key(" / ".join(text for text in texts if isinstance(text, str))[:300])
    return found if re.search(r"[^\W\d]", found) or found == "1099" else ""


class Words:
    """Phrases and what they say; `found()` gives all that a text says, the longest phrase first."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self.says = {phrase: kind for kind, phrases in table.items() for phrase in phrases.split("|")}
        ordered = sorted(self.says, key=len, reverse=True)
        self.stems = [phrase for phrase in ordered if phrase.endswith("*")]
        self.pattern = re.compile(rf"\b(?:{'|'.join(p.replace('*', '[^ ]*') for p in ordered)})(?= |$)")

    def found(self, folded: str) -> set[str]:
        """The kinds of all phrases in a folded text."""
        return {self._kind(phrase) for phrase in self.pattern.findall(folded)}

    def _kind(self, phrase: str) -> str:
        return self.says.get(phrase) or next(
            self.says[stem] for stem in self.stems if phrase.startswith(stem.rstrip("*"))
        )


#: `permanent` says that a contract does not end, `employee` nothing but that there is one: full-time jobs, unless
#: something else is said.
_EMPLOYMENT = Words(
    {
        "full_time": "full time*|fulltime*|ft|fte|full or part time|full part time"
        "|full and part time|full time or part time|fulltime parttime|vollzeit*|voll oder teilzeit|voll und teilzeit"
        "|contracted to full time|temporary to full time"
        "|voll teilzeit|temps plein|plein temps|temps complet|jornada completa|tiempo completo|tempo pieno"
        "|tempo integral|tempo completo|tempo inteiro|periodo integral|voltijd*|heltid*"
        "|fuldtid*|kokoaika*|kokopaiva*|pelny etat|pelen etat|pelny wymiar*|plny uvazek|plny pracovni pomer"
        "|voll zeit",
        "employee": "employee*|employed|regular|standard|salaried|core|umowa o prace",
        "permanent": "permanent*|perm|direct hire|indefinite|open ended"
        "|festanstellung*|festangestellt*|feste anstellung"
        "|unbefristet*|unlimited|cdi|duree indeterminee|indefinido|fijo|indeterminado|tempo indeterminato|indeterminato"
        "|sem termo|efetivo|clt|vast contract|vast dienstverband|vast|onbepaalde tijd|tillsvidare*|fast anstallning"
        "|fast stilling|fastansettelse|fastansaettelse|fast|vakituinen|vakinainen|toistaiseksi*"
        "|czas nieokreslony|doba neurcita",
        "part_time": "part time*|parttime*|pt|teilzeit*|temps partiel|mi temps|media jornada|tiempo parcial"
        "|jornada parcial|medio tiempo|tempo parcial|meio periodo|tempo parziale|deeltijd*|deltid*|osa aika*"
        "|osaaika*|niepelny etat|czesc etatu|niepelny wymiar*|pol etatu|1 2 etatu|castecny uvazek|zkraceny uvazek"
        "|minijob*|mini job*|midijob*|geringfugig*|halbtags|halbzeit",
        "contract": "contract*|independent contractor|freelanc*|freier mitarbeiter|freie mitarbeit*|freiberuf*"
        "|selbstandig*|selbststandig*|honorarkraft*|werkvertrag*|consultant*|consulting|consultancy|contract to hire"
        "|contract to permanent|contratto|contrato|contrat|prestation*|prestacao de servicos|prestataire|independant"
        "|autonomo|independiente|libero professionista|partita iva|recibos verdes|pj|pessoa juridica|kontrakt*"
        "|w 2|b2b|umowa zlecenie|umowa zlecenia|umowa o dzielo|zlecenie|zzp*|freelans*|konsult*|oppdrag|1099|w2|c2c"
        "|corp to corp|third party|subcontract*|self employed|uppdrag*",
        "temporary": "temporary*|temp|temps|temp to perm*|temp to hire|temporary to permanent|fixed term*|fixedterm"
        "|ftc|short term|term contract|limited|limited term|definite|maternity cover|parental leave cover|secondment"
        "|seasonal|casual|saison*|befristet*|aushilf*|zeitarbeit*|ferienjob*|vertretung*|elternzeitvertretung|cdd"
        "|duree determinee"
        "|interim*|temporaire|vacataire|vacation|temporal|temporada|eventual|tempo determinato|a termine|determinato"
        "|temporane*|stagionale|somministrazione|interinale|prazo determinado|termo certo|termo incerto|temporari*"
        "|tijdelijk*|bepaalde tijd|uitzend*|detachering*|visstid*|vikar*|tidsbegrans*|tidsbegraens*|sasong*|sesong*"
        "|saeson*|midlertidig*|engasjement|timanstall*|sommarjobb*|sommerjobb*|maaraaika*|sijaisuus|kausityo*|kesatyo*"
        "|czas okreslony|zastepstwo|tymczasow*|sezonow*|doba urcita|dohoda o provedeni prace|brigada|summer job",
        "internship": "intern|interns|internship*|trainee*|traineeship*|working student*|apprentice*|student*"
        "|graduate*|co op|coop|work study|work experience|thesis|praktik*|praktyk*|werkstudent*|ausbildung*"
        "|auszubild*|azubi*|lehrling*|lehrstelle*|lehre|duales studium|dual study|volontar*|volontariat|studentische"
        "|abschlussarbeit*|bachelorarbeit*|masterarbeit*|diplomarbeit*|referendariat|stage|stages|stagiair*|alternan*"
        "|apprenti*|contrat de professionnalisation|professionnalisation|vie|v i e|practicas|becari*|beca"
        "|formacion|tirocini*|apprendist*|estagi*|aprendiz*|jovem aprendiz|stazyst*|staz|leerling*|leerwerk*|bbl"
        "|afstudeer*|examensarbete|exjobb|larling*|laerling*|elev|harjoittel*|oppisopimus*|opinnaytetyo",
        "volunteer": "volunteer*|voluntary|pro bono|ehrenamt*|freiwillig*|bundesfreiwilligendienst|fsj|bfd|benevol*"
        "|voluntari*|volontari|volontario|volontaria|vrijwillig*|frivillig*|ideell*|wolontari*|vapaaehtois*",
        "per_diem": "per diem|perdiem|prn|as needed|behovsanstall*|tilkalling*|oproep*",
        "other": "other|others|sonstige*|sonstiges|andere*|autre|autres|otro|otros|altro|outro|outros|anders|overig*"
        "|annat|ovrig*|andet|annet|muu|inne|inny|jine",
        "unsaid": "none|n a|na|not specified|not applicable|unspecified|undefined|unknown|null|any|all|tbd"
        "|ouvert aux titulaires et aux contractuels|keine angabe|nicht angegeben|non specifie|non precise|select"
        "|true|false",
    }
)
#: The first of these that a text names is the kind: "Full-time internship" is an internship.
_TELLING: tuple[EmploymentType, ...] = ("internship", "volunteer", "per_diem", "temporary")

_WORKPLACE = Words(
    {
        "on_site": "on site|onsite|on location|work from office"
        "|on premise*|in office|in person|in house|on campus|in store|non remote"
        "|not remote|no remote|remote no|remote not possible|kein remote|kein home office|kein homeoffice"
        "|pas de teletravail|sans teletravail|no teletravail|vor ort|prasenz*|buro|im buro|sur site|sur place"
        "|presentiel|au bureau|presencial*|in sede|in presenza|in ufficio|in loco|no local|op locatie|op kantoor"
        "|pa plats"
        "|pa kontoret|pa stedet|paikan paalla|lahityo|toimistolla|stacjonarn*|w biurze|na miste",
        "hybrid": "hybrid*|hybryd*|hibrid*|ibrid*|partially remote|partly remote|partial remote|part remote"
        "|remote partially|mostly remote|temporarily remote|remote optional|optional remote|occasional remote"
        "|semi remote|teilweise remote|teilweise home office|teilweise homeoffice|teilweise mobil*|uberwiegend remote"
        "|uberwiegend home office|uberwiegend homeoffice|anteilig remote|gelegentlich remote|teletravail partiel"
        "|teletravail ponctuel|teletravail occasionnel|teletravail possible|teletravail frequent|remote partiel"
        "|parcialmente remoto|semi presencial|semipresencial|parzialmente da remoto|deels thuis*|deels remote"
        "|delvis remote|delvis distans|delvis pa distans|osittain etatyo*|czesciowo zdaln*",
        "remote": "remote*|telecommut*|tele commut*|telework*|tele work*|home based|home office|homeoffice"
        "|work from home|work from anywhere|working from home|wfh|mobile work*|mobiles arbeiten|mobil arbeiten"
        "|fernarbeit|a distance|teletravail*|teletrabajo|a distancia|remot*|da remoto|smart working|smartworking"
        "|telelavoro|teletrabalho|trabalho remoto|home working|thuiswerk*|thuis werken|vanuit huis|op afstand|telewerk*"
        "|distans*|pa distans|hemarbete|hjemmekontor|hjemmearbejd*|hjemmefra|fjernarbei*|fjernarbej*|etatyo*"
        "|zdaln*|praca zdalna|na dalku|teljes tavmunka",
    }
)
#: Words that say it only where nothing else is said.
_ALONE: dict[str, Workplace] = {
    "office": "on_site",
    "flexible": "hybrid",
    "flex": "hybrid",
    "partial": "hybrid",
    "partially": "hybrid",
    "fully": "remote",
    "virtual": "remote",
    "anywhere": "remote",
}

_INTERVAL: dict[Interval, str] = {
    "hour": "hour|hours|hourly|hr|h|hur|stunde|stundlich|std|heure|horaire|hora|ora|uur|uurloon|godz|godzina|godzine"
    "|godzinowo|timme|timmen|timlon|timelonn|timelon|tunti|tunnissa|hodina",
    "day": "day|days|daily|tag|taglich|tagessatz|jour|journalier|dia|diario|giorno|dag|dzien|dziennie|paiva|den",
    "week": "week|weeks|weekly|wee|woche|wochentlich|semaine|semana|semanal|settimana|tydzien|vecka|uke|uge|viikko",
    "month": "month|months|monthly|mon|mo|mth|monat|monatlich|mois|mensuel|mes|mensual|mensal|mese|mensile|maand"
    "|maandelijks|miesiac|miesiecznie|manad|maned|manedlig|kuukausi|kuukaudessa|mesic",
    "year": "year|years|yearly|yr|annual|annually|annum|ann|p a|pa|per annum|jahr|jahrlich|an|annuel|annee|ano|anual"
    "|anno|annuale|jaar|jaarlijks|rok|rocznie|ar|arlig|arslon|vuosi|vuodessa",
}
_PER = re.compile(r"^(?:(?:1|per|pro|par|por|al|all|a|je|each|the|im|pr|za|na|i) )+(?=.)")
_OF_PAY = re.compile(r" (?:salary|wage|rate|pay|gross|net|brutto|netto|brut)$")

_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "us$": "USD",
    "usd$": "USD",
    "c$": "CAD",
    "ca$": "CAD",
    "can$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "sg$": "SGD",
    "r$": "BRL",
    "mx$": "MXN",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "¥": "JPY",
    "₹": "INR",
    "₺": "TRY",
    "₪": "ILS",
    "₩": "KRW",
    "₴": "UAH",
    "₽": "RUB",
    "₫": "VND",
    "₱": "PHP",
    "฿": "THB",
    "sfr": "CHF",
    "fr.": "CHF",
    "euro": "EUR",
    "euros": "EUR",
    "pound sterling": "GBP",
    "pounds sterling": "GBP",
    "british pound": "GBP",
    "british pounds": "GBP",
    "us dollar": "USD",
    "us dollars": "USD",
    "u.s. dollar": "USD",
    "schweizer franken": "CHF",
    "swiss franc": "CHF",
    "swiss francs": "CHF",
    "zloty": "PLN",
    "złoty": "PLN",
}
#: Codes without a currency: none, for tests, and metals.
_NO_MONEY = re.compile("X(?:XX|TS|A[GU]|BA|BB|BC|BD|D[R]|P[DT]|SU|UA)")


@lru_cache(maxsize=4096)
def _employment(folded: str) -> EmploymentType | None:
    kinds = _EMPLOYMENT.found(folded)
    for kind in _TELLING:
        if kind in kinds:
            return "other" if kind == "temporary" and "permanent" in kinds else kind
    if "contract" in kinds and "permanent" not in kinds:  # else what the word means in "contrat à durée indéterminée"
        return "contract"
    if "part_time" in kinds and "full_time" not in kinds:
        return "part_time"
    if kinds & {"full_time", "permanent", "employee"}:
        return "full_time"
    return None if not folded or "unsaid" in kinds else "other"


def employment_type(said: object) -> EmploymentType | None:
    """The kind of employment in our words; `other` for a text we don't know, `None` for none.

    Of a list of texts it is the most telling one; "full-time or part-time" is full time.
    """
    return _employment(_folded(said))


@lru_cache(maxsize=4096)
def _workplace(folded: str) -> Workplace | None:
    kinds = _WORKPLACE.found(folded)
    if "hybrid" in kinds:
        return "hybrid"
    return cast(Workplace, kinds.pop()) if len(kinds) == 1 else _ALONE.get(folded)


def workplace(said: object) -> Workplace | None:
    """`on_site`, `hybrid` or `remote`; `None` where the text says none of them, or both of the last."""
    return _workplace(_folded(said))


def says_workplace_only(said: str) -> bool:
    """Whether a text is one of our words for how people work and nothing else."""
    folded = key(said)
    return bool(folded) and not _WORKPLACE.pattern.sub("", folded).strip()


def currency(said: object) -> str | None:
    """ISO 4217 for a code, a sign or a name, also with the code behind it; `None` if unknown."""
    raw = said.strip() if isinstance(said, str) else ""
    codes = {code for code in re.findall(r"\b[A-Z]{3}\b", raw.upper() if len(raw) == 3 else raw) if _is_currency(code)}
    return _SIGNS.get(raw.lower()) or (codes.pop() if len(codes) == 1 else None)


def _is_currency(code: str) -> bool:
    return code in Locale("en").currencies and not _NO_MONEY.fullmatch(code)


def interval(said: object) -> Interval | None:
    """What pay is per: `hour`, `day`, `week`, `month` or `year`; `None` if unknown."""
    folded = _OF_PAY.sub("", _PER.sub("", _folded(said)))
    return next((kind for kind, words in _INTERVAL.items() if folded and folded in words.split("|")), None)
