"""
Every address of the site, and what may be asked of it. An address that is missing here fails test_tenancy.py.

A case is its route as the URLconf has it, an address, and the calls that work there:

    page("leads/<uuid:uuid>/notes", "/leads/$lead/notes", post(body="Called"))

$names are ids of one organisation (Side.ids in world.py has them all). The test makes every call as its owner, who must
be let in, and then as a stranger: with the owner's ids for each $name in turn, and for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

#: Who is asked for what: a log-in, a contract's key, a provider's signature, or nobody for anything.
PAGE, OPEN = "page", "open"
CONTRACTS = ("lendworks", "recoverbiz", "userleads", "convoso")
SIGNED = ("twilio", "mail")


@dataclass(frozen=True)
class Call:
    """
    A request that its owner may make.

    With the ids of others it is refused; finds_nothing: it is answered like one with ids that nobody has.
    says_nothing: not even its owner reads anything of theirs in the answer to this GET.
    """

    method: str
    body: dict[str, Any] | None = None
    query: str = ""
    finds_nothing: bool = False
    says_nothing: bool = False


def get(query: str = "", *, finds_nothing: bool = False, says_nothing: bool = False) -> Call:
    return Call("GET", None, query, finds_nothing, says_nothing)


def post(given: dict[str, Any] | None = None, /, *, finds_nothing: bool = False, **fields: Any) -> Call:
    """A JSON object or a form, whichever the door takes."""
    return Call("POST", {**(given or {}), **fields}, finds_nothing=finds_nothing)


def patch(**fields: Any) -> Call:
    return Call("PATCH", fields)


def delete() -> Call:
    return Call("DELETE")


@dataclass(frozen=True)
class Case:
    door: str
    route: str
    address: str
    calls: tuple[Call, ...] = ()
    #: The contract under whose own prefix the route stands as well.
    contract: str = ""

    def __post_init__(self) -> None:
        if self.door == "convoso":  # it takes every POST as a GET too
            as_get = tuple(replace(call, method="GET", says_nothing=True) for call in self.calls)
            object.__setattr__(self, "calls", self.calls + as_get)

    @property
    def routes(self) -> dict[str, str]:
        """Address by route: at its own place, and under the contract's prefix."""
        places = {self.route: self.address}
        if self.contract:
            places[f"{self.contract}/{self.route}"] = f"/{self.contract}{self.address}"
        return places

    def __str__(self) -> str:
        return f"{self.door} {self.address}"


def page(route: str, address: str, *calls: Call) -> Case:
    return Case(PAGE, route, address, calls)


def open_to_all(route: str, address: str, *calls: Call, contract: str = "") -> Case:
    return Case(OPEN, route, address, calls, contract)


def signed(by: str, route: str, address: str, *calls: Call) -> Case:
    return Case(by, route, address, calls)


def _of(contract: str, route: str, address: str, *calls: Call) -> Case:
    return Case(contract, route, address, calls, contract)


lendworks, recoverbiz, userleads, convoso = (partial(_of, contract) for contract in CONTRACTS)


def elsewhere(prefix: str) -> str:
    """The route of all that is below a prefix and nothing else."""
    return rf"^{prefix}(?:/[\s\S]*)?\Z"


A_NEW_LEAD = {
    "first_name": "New",
    "phone": "4155550777",
    "source": "manual",
    "stage": "new_lead",
    "priority": "normal",
}
A_REQUEST = {"act": "link", "channel": "sms", "body": "Please", "token": "0" * 31 + "2"}
A_PERSONAL_KEY = {"name": "Phone", "kind": "userleads", "permission": "read"}
A_STEP = {"type": "fixed", "message": "Hi", "delay_hours": 1}
A_RULE = {"name": "A rule", "way": "nobody"}
A_HOOK = {"url": "https://receiver.example/hook", "events": ["lead.created"], "secret": "s" * 20}
_ACCOUNT, _BELOW = "v1/accounts/<str:account_id>", "/v1/accounts/$account"
_LEAD, _LEAD_PAGE = "leads/<uuid:uuid>", "/leads/$lead"
_SEQUENCE, _SEQUENCE_PAGE = "sequences/<str:public_id>", "/sequences/$sequence"
A_SKETCH = {"seen": "1", "step": "0", "s0-kind": "fixed", "s0-channel": "sms", "s0-message": "Hi"}
_CHANNEL = "settings/channels/<slug:channel>"
_WEBHOOK, _WEBHOOK_PAGE = "settings/webhooks/<str:public_id>", "/settings/webhooks/$webhook"

#: Pages of django-allauth's about the log-in of whoever is signed in.
_LOG_IN = (
    "inactive/", "signup/", "reauthenticate/", "email/", "confirm-email/", "password/change/", "password/set/",
    "password/reset/", "password/reset/done/", "password/reset/key/done/", "login/code/confirm/", "sessions/",
    "second-step/", "second-step/authenticate/", "second-step/reauthenticate/", "second-step/trust/",
    "second-step/totp/activate/", "second-step/totp/deactivate/", "second-step/recovery-codes/",
    "second-step/recovery-codes/generate/", "second-step/recovery-codes/download/", "second-step/webauthn/",
    "second-step/webauthn/add/", "second-step/webauthn/reauthenticate/", "second-step/webauthn/login/",
)  # fmt: skip
_PASSKEY = "account/second-step/webauthn/keys/<int:pk>"

CASES: tuple[Case, ...] = (
    # The ground floor
    *(open_to_all(f"account/{part}", f"/account/{part}") for part in _LOG_IN),
    open_to_all(r"account/^confirm-email/(?P<key>[-:\w]+)/$", "/account/confirm-email/made-up/"),
    open_to_all(
        r"account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "/account/password/reset/key/1-made-up/"
    ),
    open_to_all("account/sessions/<int:pk>/end", "/account/sessions/1/end"),
    open_to_all(f"{_PASSKEY}/remove/", "/account/second-step/webauthn/keys/1/remove/"),
    open_to_all(f"{_PASSKEY}/edit/", "/account/second-step/webauthn/keys/1/edit/"),
    open_to_all("invitations/<str:token>", "/invitations/made-up", post(), get()),
    open_to_all("account/language", "/account/language"),
    open_to_all("", "/"),
    open_to_all("sign-in", "/sign-in", get()),
    open_to_all("sign-out", "/sign-out"),
    open_to_all("healthz", "/healthz", get()),
    open_to_all("readyz", "/readyz", get()),
    open_to_all("manifest.webmanifest", "/manifest.webmanifest", get()),
    open_to_all("service-worker.js", "/service-worker.js", get()),
    open_to_all("offline", "/offline", get()),
    open_to_all("admin", "/admin"),
    # The workspace
    page("reports", "/reports", get(), get("?days=30&advisor=$advisor", finds_nothing=True)),
    page("sequences/report", "/sequences/report", get(says_nothing=True)),  # nothing was planned yet
    page("queue", "/queue", get(), get("?whose=team")),
    page("queue/<uuid:uuid>", "/queue/$lead", get(says_nothing=True)),
    page("queue/<uuid:uuid>/claim", "/queue/$lead/claim", post()),
    page("queue/<uuid:uuid>/settled", "/queue/$lead/settled", post({"for": "hour"})),
    page("queue/<uuid:uuid>/undo", "/queue/$lead/undo"),
    page("dialer", "/dialer", get()),
    page("dialer/start", "/dialer/start", post(source="list:$list")),
    page("dialer/next", "/dialer/next", post()),
    page("dialer/rest", "/dialer/rest", post(do="end")),
    page("board", "/board", get(), get("?q=Mary")),
    page("board/cards", "/board/cards", get("?stage=new_lead&below=1.1", says_nothing=True)),
    page("board/changes", "/board/changes", get()),
    page("leads", "/leads", get(), get("?q=Mary"), get("?columns=email&columns=external_id&sort=-amount")),
    page("leads/export", "/leads/export", get("?q=Mary", says_nothing=True), post(column="name")),
    page("leads/import", "/leads/import", get()),  # with files: see tests/leads/test_import_pages.py
    page("imports/<uuid:uuid>", "/imports/$import", get(), post({"column-0": "phone", "known": "fill"})),
    page("imports/<uuid:uuid>/start", "/imports/$import/start", post()),
    page("imports/<uuid:uuid>/deletion", "/imports/$import/deletion", post()),
    page("imports/<uuid:uuid>/refused.csv", "/imports/$import/refused.csv", get(says_nothing=True)),
    page(
        "leads/bulk/<slug:kind>",
        "/leads/bulk/assign",
        get("?all=1", says_nothing=True),
        Call("POST", {"to": "nobody", "expected": 3}, "?all=1"),
        get("?lead=$lead", finds_nothing=True, says_nothing=True),
    ),
    page("jobs", "/jobs", get()),
    page("jobs/<uuid:uuid>", "/jobs/$job", get()),
    page("jobs/<uuid:uuid>/undo", "/jobs/$job/undo", post()),
    page("jobs/<uuid:uuid>/stop", "/jobs/$job/stop", post()),
    page("jobs/<uuid:uuid>/refused.csv", "/jobs/$job/refused.csv", get(says_nothing=True)),
    page("search", "/search", get("?q=Mary", finds_nothing=True)),
    page("views/new", "/views/new", get("?page=list&q=Mary", says_nothing=True), post(name="Mine")),
    page("views/<uuid:uuid>", "/views/$view", get(), post(name="Renamed")),
    page("views/<uuid:uuid>/deletion", "/views/$view/deletion", post()),
    page("leads/new", "/leads/new", get(), post(A_NEW_LEAD), post(A_NEW_LEAD, advisor="$advisor")),
    page(f"{_LEAD}/moves", f"{_LEAD_PAGE}/moves", get(says_nothing=True), post(stage="$stage", version=1)),
    page(_LEAD, _LEAD_PAGE, get(), get("?show=messages")),
    page(f"{_LEAD}/details", f"{_LEAD_PAGE}/details", get(), get("?edit=name"), post(fact="notes", notes="x")),
    page(f"{_LEAD}/do-not-call", f"{_LEAD_PAGE}/do-not-call", post(reason="asked")),
    page(f"{_LEAD}/deletion", f"{_LEAD_PAGE}/deletion", post()),
    page(f"{_LEAD}/advisor", f"{_LEAD_PAGE}/advisor", get(), post(advisor="$advisor")),
    page(f"{_LEAD}/timeline", f"{_LEAD_PAGE}/timeline", get()),
    page(f"{_LEAD}/conversation", f"{_LEAD_PAGE}/conversation", get()),
    page(f"{_LEAD}/channel", f"{_LEAD_PAGE}/channel", get("?channel=sms", says_nothing=True)),
    page(f"{_LEAD}/messages", f"{_LEAD_PAGE}/messages", post(channel="sms", body="Hi", token="0" * 31 + "1")),
    page(f"{_LEAD}/replies", f"{_LEAD_PAGE}/replies"),  # in a demo only
    page(f"{_LEAD}/messages/<uuid:message>/review", f"{_LEAD_PAGE}/messages/$message/review", post(do="leave")),
    page(f"{_LEAD}/suspected-opt-out", f"{_LEAD_PAGE}/suspected-opt-out", post(was="no")),
    page(f"{_LEAD}/draft", f"{_LEAD_PAGE}/draft", post(channel="sms", body="Ask about papers")),
    page(f"{_LEAD}/taken-over", f"{_LEAD_PAGE}/taken-over", post()),
    page(f"{_LEAD}/given-back", f"{_LEAD_PAGE}/given-back", post()),
    page(f"{_LEAD}/contracts", f"{_LEAD_PAGE}/contracts", get()),
    page(f"{_LEAD}/record", f"{_LEAD_PAGE}/record", get()),
    page(f"{_LEAD}/privacy", f"{_LEAD_PAGE}/privacy", get()),
    page(f"{_LEAD}/privacy/exports", f"{_LEAD_PAGE}/privacy/exports", post()),
    page(f"{_LEAD}/privacy/exports/<uuid:export>", f"{_LEAD_PAGE}/privacy/exports/$export", get()),
    page(f"{_LEAD}/privacy/hold", f"{_LEAD_PAGE}/privacy/hold", post(reason="A court asked")),
    page(f"{_LEAD}/privacy/erasure", f"{_LEAD_PAGE}/privacy/erasure", post(typed="ERASE")),
    page(f"{_LEAD}/record.csv", f"{_LEAD_PAGE}/record.csv", get()),
    page(f"{_LEAD}/notes", f"{_LEAD_PAGE}/notes", post(body="Called")),
    page(f"{_LEAD}/tasks", f"{_LEAD_PAGE}/tasks", get(), post(title="Call", kind="call", due_at="2027-01-01T09:00")),
    page(f"{_LEAD}/tasks/<uuid:task>", f"{_LEAD_PAGE}/tasks/$task", post(is_done="on")),
    page(f"{_LEAD}/calls", f"{_LEAD_PAGE}/calls", post(do="made", at="lead")),
    page(f"{_LEAD}/calls/<int:pk>", f"{_LEAD_PAGE}/calls/$call", post(do="none"), post(disposition="$disposition")),
    page(f"{_LEAD}/calls/<int:pk>/recordings", f"{_LEAD_PAGE}/calls/$call/recordings"),  # files: test_recordings.py
    page(f"{_LEAD}/recordings/<uuid:recording>", f"{_LEAD_PAGE}/recordings/$recording", get()),
    page(f"{_LEAD}/recordings/<uuid:recording>/removal", f"{_LEAD_PAGE}/recordings/$recording/removal", post()),
    page(f"{_LEAD}/checklist", f"{_LEAD_PAGE}/checklist", post(name="Deed", kind="document")),
    page(f"{_LEAD}/checklist/<slug:key>", f"{_LEAD_PAGE}/checklist/$item", post(is_done="1", value="x")),
    page(f"{_LEAD}/print", f"{_LEAD_PAGE}/print", get()),
    page(f"{_LEAD}/documents", f"{_LEAD_PAGE}/documents"),  # files come as such: see tests/leads/test_documents.py
    page(f"{_LEAD}/documents/<uuid:document>", f"{_LEAD_PAGE}/documents/$document", get(says_nothing=True)),
    page(f"{_LEAD}/documents/<uuid:document>/removal", f"{_LEAD_PAGE}/documents/$document/removal", post()),
    page(f"{_LEAD}/requests", f"{_LEAD_PAGE}/requests", get(), post(A_REQUEST, items="$item")),
    page(f"{_LEAD}/requests/<uuid:link>/revocation", f"{_LEAD_PAGE}/requests/$link/revocation", post()),
    page(f"{_LEAD}/merge/<uuid:other>", f"{_LEAD_PAGE}/merge/$twin", get(), post(name="other")),
    page(f"{_LEAD}/merges/<uuid:merge>/undo", f"{_LEAD_PAGE}/merges/$merge/undo", post()),
    # Whoever has a borrower's link may use it, and it names the organisation: tests/leads/test_upload_links.py
    open_to_all("upload/<str:token>", "/upload/nonsense"),
    page(f"{_LEAD}/sequences", f"{_LEAD_PAGE}/sequences", get()),
    page(f"{_LEAD}/enrollments", f"{_LEAD_PAGE}/enrollments", post(sequence="$other_sequence")),
    page(f"{_LEAD}/enrollments/<int:pk>/stop", f"{_LEAD_PAGE}/enrollments/$enrollment/stop", post()),
    page(f"{_LEAD}/enrollments/<int:pk>/pause", f"{_LEAD_PAGE}/enrollments/$enrollment/pause", post(days=1)),
    page(f"{_LEAD}/enrollments/<int:pk>/resume", f"{_LEAD_PAGE}/enrollments/$enrollment/resume", post()),
    page("reviews", "/reviews", get()),
    page("reviews/<uuid:uuid>", "/reviews/$draft", get()),
    page("reviews/<uuid:uuid>/decision", "/reviews/$draft/decision", post(do="approve", body="Hi", seen="$draft_seen")),
    # The simulator, where no channel is connected: see tests/leads/test_simulator.py
    page(f"{_LEAD}/ahead", f"{_LEAD_PAGE}/ahead"),
    page("simulator", "/simulator"),
    page("simulator/<uuid:uuid>", "/simulator/$lead"),
    page("simulator/<uuid:uuid>/replies", "/simulator/$lead/replies"),
    page("simulator/<uuid:uuid>/messages/<uuid:message>", "/simulator/$lead/messages/$message"),
    # Sequences
    page("sequences", "/sequences", get()),
    page("sequences/new", "/sequences/new", get(), post(name="New", beginning="hello")),
    page("sequences/leads", "/sequences/leads", get(), get("?q=Mary")),
    page(_SEQUENCE, _SEQUENCE_PAGE, get(), get("?version=1"), post(A_SKETCH), post(A_SKETCH, who="running")),
    page(f"{_SEQUENCE}/sketch", f"{_SEQUENCE_PAGE}/sketch", post(A_SKETCH, do="add-ai")),
    page(f"{_SEQUENCE}/rehearsal", f"{_SEQUENCE_PAGE}/rehearsal", post(A_SKETCH, lead="$lead")),
    page(f"{_SEQUENCE}/setup", f"{_SEQUENCE_PAGE}/setup"),  # its form is signed: see test_editor_setup.py
    page(f"{_SEQUENCE}/switch", f"{_SEQUENCE_PAGE}/switch", post(on="0", running="1")),
    page(f"{_SEQUENCE}/copies", f"{_SEQUENCE_PAGE}/copies", post()),
    page(f"{_SEQUENCE}/deletion", f"{_SEQUENCE_PAGE}/deletion", post()),
    page(f"{_SEQUENCE}/versions", f"{_SEQUENCE_PAGE}/versions", get()),
    # Settings
    page("settings", "/settings", get()),
    page("settings/channels", "/settings/channels", get()),
    page(_CHANNEL, "/settings/channels/sms", get()),  # connecting has a ticket: see test_settings_channels.py
    page(f"{_CHANNEL}/secret", "/settings/channels/email/secret", post()),
    page(f"{_CHANNEL}/rate", "/settings/channels/sms/rate", post(per_minute="30")),
    page(f"{_CHANNEL}/test", "/settings/channels/email/test", post()),
    page(f"{_CHANNEL}/disconnection", "/settings/channels/sms/disconnection", post()),
    page(
        "settings/hours",
        "/settings/hours",
        get(),
        post(business_from="09:00", business_until="16:00", business_days="1"),
    ),
    page(
        "settings/hours/contact",
        "/settings/hours/contact",
        post(contact_from="10:00", contact_until="18:00", quiet_hours="1"),
    ),
    page("settings/ai", "/settings/ai", get(), post(provider="openai", name="gpt-4o-mini", key="sk-of-this-side")),
    page("settings/ai/rules", "/settings/ai/rules", post(ai_monthly_cap="5", ai_pause_hours="2")),
    page("settings/ai/test", "/settings/ai/test", post()),
    page("settings/ai/disconnection", "/settings/ai/disconnection", post()),
    page("settings/access", "/settings/access", get(), post(advisors_see="own")),
    page("settings/assignment", "/settings/assignment", get(), get("?try=1&state=TX")),
    page("settings/assignment/new", "/settings/assignment/new", get(), post(A_RULE)),
    page("settings/assignment/<uuid:uuid>", "/settings/assignment/$rule", get(), post(A_RULE)),
    page("settings/assignment/<uuid:uuid>/shift", "/settings/assignment/$rule/shift", post(to="up")),
    page("settings/assignment/<uuid:uuid>/switch", "/settings/assignment/$rule/switch", post(on="0")),
    page("settings/assignment/<uuid:uuid>/deletion", "/settings/assignment/$rule/deletion", post()),
    page("settings/assignment/advisors/<uuid:uuid>", "/settings/assignment/advisors/$advisor", get(), post()),
    page("notifications", "/notifications", get(), get("?before=99999999")),
    page("notifications/read", "/notifications/read", post(), post(uuid="$notice", finds_nothing=True)),
    page("notifications/<uuid:uuid>", "/notifications/$notice", get(says_nothing=True)),
    page("account/new-leads", "/account/new-leads", get(), post(until="")),
    page("account/notifications", "/account/notifications", get(), post(assigned="off")),
    page("offers/<uuid:uuid>/claim", "/offers/$offer/claim", post()),
    page("settings/stages", "/settings/stages", get()),
    page("settings/stages/new", "/settings/stages/new", get(), post(label="New", color="#000000", slot="new")),
    page(
        "settings/stages/<uuid:uuid>",
        "/settings/stages/$stage",
        get(),
        post(label="Called", color="#000000", slot="contacted"),
    ),
    page("settings/stages/<uuid:uuid>/shift", "/settings/stages/$stage/shift", post(to="left")),
    page("settings/stages/<uuid:uuid>/deletion", "/settings/stages/$stage/deletion", post()),
    page("settings/sending", "/settings/sending", get(), post(why="A text went wrong")),
    page("settings/retention", "/settings/retention", get(), post(lost="365", confirmed="1")),
    page("settings/audit", "/settings/audit", get(), get("?lead=$lead", finds_nothing=True)),
    page("settings/audit/export", "/settings/audit/export", post()),
    page("settings/tags", "/settings/tags", get()),
    page("settings/tags/<int:pk>", "/settings/tags/$tag", get(), post(name="Renamed")),
    page("settings/tags/<int:pk>/deletion", "/settings/tags/$tag/deletion", post()),
    page("settings/calls", "/settings/calls", get()),
    page("settings/calls/telephone", "/settings/calls/telephone", post(click_to_call="sip:{number}@x.example")),
    page("settings/calls/new", "/settings/calls/new", get(), post(label="Gatekeeper", outcome="missed")),
    page(
        "settings/calls/<uuid:uuid>",
        "/settings/calls/$disposition",
        get(),
        post(label="Renamed", outcome="reached"),
    ),
    page("settings/calls/<uuid:uuid>/shift", "/settings/calls/$disposition/shift", post(to="down")),
    page("settings/calls/<uuid:uuid>/deletion", "/settings/calls/$disposition/deletion", post()),
    page("settings/checklist", "/settings/checklist", get()),
    page("settings/checklist/new", "/settings/checklist/new", get(), post(name="Deed", kind="document")),
    page(
        "settings/checklist/<str:public_id>",
        "/settings/checklist/$requirement",
        get(),
        post(name="Renamed", kind="document"),
    ),
    page("settings/checklist/<str:public_id>/shift", "/settings/checklist/$requirement/shift", post(to="up")),
    page("settings/checklist/<str:public_id>/deletion", "/settings/checklist/$requirement/deletion", post()),
    page("settings/keys", "/settings/keys", get(), get("?show=ended")),
    page("settings/keys/new", "/settings/keys/new", get(), post(A_PERSONAL_KEY, advisor="$advisor")),
    page("settings/keys/<int:pk>", "/settings/keys/$key", get(), post(name="Renamed")),
    page("settings/keys/<int:pk>/rotation", "/settings/keys/$key/rotation", post()),
    page("settings/keys/<int:pk>/revocation", "/settings/keys/$key/revocation", post()),
    page("settings/team", "/settings/team", get()),
    page("settings/team/new", "/settings/team/new", get(), post(email="new@x.example", role="advisor")),
    page("settings/team/second-step", "/settings/team/second-step", post(required="no")),
    page("settings/team/<uuid:uuid>", "/settings/team/$advisor", get(), post(role="manager")),
    page("settings/team/invitations/<uuid:uuid>/again", "/settings/team/invitations/$invitation/again", post()),
    page(
        "settings/team/invitations/<uuid:uuid>/withdrawal", "/settings/team/invitations/$invitation/withdrawal", post()
    ),
    page("settings/webhooks", "/settings/webhooks", get()),
    page("settings/webhooks/new", "/settings/webhooks/new", get()),
    page(_WEBHOOK, _WEBHOOK_PAGE, get(says_nothing=True)),
    page(_WEBHOOK, "/settings/webhooks/$partner_webhook", get(says_nothing=True)),
    page(f"{_WEBHOOK}/edit", f"{_WEBHOOK_PAGE}/edit", get(), post(url=A_HOOK["url"], events_lendworks="lead.created")),
    page(f"{_WEBHOOK}/switch", f"{_WEBHOOK_PAGE}/switch", post(on="0")),
    page(f"{_WEBHOOK}/rotation", f"{_WEBHOOK_PAGE}/rotation", post()),
    page(f"{_WEBHOOK}/deletion", f"{_WEBHOOK_PAGE}/deletion", post()),
    page(f"{_WEBHOOK}/test", f"{_WEBHOOK_PAGE}/test", post()),
    page(f"{_WEBHOOK}/deliveries/<uuid:uuid>", f"{_WEBHOOK_PAGE}/deliveries/$delivery", get()),
    page(f"{_WEBHOOK}/deliveries/<uuid:uuid>/again", f"{_WEBHOOK_PAGE}/deliveries/$delivery/again", post()),
    # LendWorks
    lendworks(
        "v1/leads",
        "/v1/leads",
        get(),
        get("?search=Mary"),
        post(businessName="New"),
        post(stageId="$stage"),
        post(assignToAdvisorId="$advisor"),
        post(contactId="$contact"),
    ),
    lendworks("v1/leads/<str:lead_id>", "/v1/leads/$lead", get(), patch(priority="low")),
    lendworks("v1/webhooks", "/v1/webhooks", get(), post(A_HOOK)),
    lendworks("v1/webhooks/<str:webhook_id>", "/v1/webhooks/$webhook", get(), patch(isActive=False), delete()),
    lendworks(elsewhere("v1"), "/v1/lenders/$lead"),
    open_to_all("v1/status", "/v1/status", get(), contract="lendworks"),
    open_to_all("v1/webhooks/catalog", "/v1/webhooks/catalog", get(), contract="lendworks"),
    # RecoverBiz
    recoverbiz("v1/accounts", "/v1/accounts", get(), post(name="New account")),
    recoverbiz(_ACCOUNT, _BELOW, get(), patch(timezone="America/Chicago")),
    recoverbiz(f"{_ACCOUNT}/leads", f"{_BELOW}/leads", get(), get("?search=Mary"), post(phone="4155550777")),
    recoverbiz(f"{_ACCOUNT}/leads/bulk", f"{_BELOW}/leads/bulk", post(leads=[{"phone": "4155550777"}])),
    recoverbiz(f"{_ACCOUNT}/leads/<str:phone>", f"{_BELOW}/leads/$phone", get(), patch(notes="x"), delete()),
    recoverbiz(f"{_ACCOUNT}/conversations", f"{_BELOW}/conversations", get()),
    recoverbiz(
        f"{_ACCOUNT}/conversations/<str:phone>/messages",
        f"{_BELOW}/conversations/$phone/messages",
        get(),
        post(message="Hello"),
    ),
    recoverbiz(f"{_ACCOUNT}/requirements", f"{_BELOW}/requirements", get(), post(name="Deed", type="document")),
    recoverbiz(
        f"{_ACCOUNT}/requirements/<str:requirement_id>",
        f"{_BELOW}/requirements/$requirement",
        get(),
        patch(description="x"),
        delete(),
    ),
    recoverbiz(f"{_ACCOUNT}/sequences", f"{_BELOW}/sequences", get(), post(name="New", steps=[A_STEP])),
    recoverbiz(
        f"{_ACCOUNT}/sequences/<str:sequence_id>",
        f"{_BELOW}/sequences/$sequence",
        get(),
        patch(description="x"),
        delete(),
    ),
    recoverbiz(
        f"{_ACCOUNT}/sequences/<str:sequence_id>/enroll",
        f"{_BELOW}/sequences/$other_sequence/enroll",
        post(phone="$phone"),
    ),
    recoverbiz(elsewhere("v1/accounts"), f"{_BELOW}/nothing"),
    recoverbiz("v1/webhooks", "/v1/webhooks", get(), post(A_HOOK)),
    recoverbiz("v1/webhooks/<str:webhook_id>", "/v1/webhooks/$partner_webhook", get(), delete()),
    recoverbiz(elsewhere("v1"), "/v1/partners/$account"),
    # userleads
    userleads(
        "v1/leads",
        "/v1/leads",
        get(),
        get("?company_id=$company", finds_nothing=True),
        post(company_id="$company"),
    ),
    userleads("v1/leads/<str:lead_id>", "/v1/leads/$lead_number", get(), patch(notes="x"), patch(status="contacted")),
    userleads("v1/companies", "/v1/companies", get(), post(name="New")),
    userleads("v1/companies/<str:company_id>", "/v1/companies/$company", get()),
    open_to_all("auth/login", "/auth/login", contract="userleads"),
    open_to_all("auth/refresh", "/auth/refresh", contract="userleads"),
    open_to_all("auth/logout", "/auth/logout", contract="userleads"),
    open_to_all("auth/register", "/auth/register", contract="userleads"),
    userleads(elsewhere("auth"), "/auth/$company"),
    userleads(elsewhere("v1/companies"), "/v1/companies/$company/leads"),
    userleads(elsewhere("v1"), "/v1/enrichment/$company"),
    # Convoso
    convoso(
        "v1/leads/search",
        "/v1/leads/search",
        post(),
        post(lead_id="$lead_number", finds_nothing=True),
        post(list_id="$list", finds_nothing=True),
        post(owner_id="$user", finds_nothing=True),
        post(phone_number="$phone", first_name="Mary", finds_nothing=True),
    ),
    convoso(
        "v1/leads/insert",
        "/v1/leads/insert",
        post(phone_number="4155550777", list_id="$list"),
        post(phone_number="4155550777", list_id="$list", owner_id="$user"),
    ),
    convoso(
        "v1/leads/update",
        "/v1/leads/update",
        post(lead_id="$lead_number", city="Oakland"),
        post(lead_id="$lead_number", list_id="$list"),
        post(lead_id="$lead_number", owner_id="$user"),
    ),
    convoso("v1/leads/delete", "/v1/leads/delete", post(lead_id="$lead_number")),
    convoso("v1/leads/get-recordings", "/v1/leads/get-recordings", post(lead_id="$lead_number", finds_nothing=True)),
    convoso(
        "v1/lists/search",
        "/v1/lists/search",
        post(),
        post(id="$list"),
        post(campaign_id="$campaign", finds_nothing=True),
    ),
    convoso("v1/lists/insert", "/v1/lists/insert", post(name="A list of leads", campaign_id="$campaign")),
    convoso(
        "v1/lists/update",
        "/v1/lists/update",
        post(list_id="$list", name="Another name"),
        post(list_id="$list", campaign_id="$campaign"),
    ),
    convoso("v1/lists/delete", "/v1/lists/delete", post(list_id="$list")),
    convoso("v1/campaigns/search", "/v1/campaigns/search", post()),
    convoso("v1/campaigns/status", "/v1/campaigns/status", post(campaign_id="$campaign", status="0")),
    convoso(elsewhere("v1/lists"), "/v1/lists/$list"),
    convoso(elsewhere("v1/campaigns"), "/v1/campaigns/$campaign"),
    convoso(elsewhere("v1"), "/v1/agents/$user"),
    # Providers call back, and holders of a signed address are let in by it
    signed(
        "twilio",
        "twilio/status",
        "/twilio/status",
        post(AccountSid="$twilio_sid", MessageSid="SM1", MessageStatus="failed"),
    ),
    signed(
        "twilio",
        "twilio/inbound",
        "/twilio/inbound",
        post(AccountSid="$twilio_sid", From="+14155550778", MessageSid="SM2", Body="STOP"),
    ),
    signed(
        "mail",
        "inbound-email/<str:public_id>",
        "/inbound-email/$mailbox",
        post({"from": "mary@x.example", "text": "stop", "message_id": "<1@x>"}),
    ),
    open_to_all("recordings/<str:token>", "/recordings/made-up", post(), get()),
    # The contracts' reference, and keys for trying it out
    open_to_all("api/docs", "/api/docs", get()),
    open_to_all("api/docs/<str:slug>", "/api/docs/recoverbiz", get()),
    open_to_all("api/docs/<str:slug>/openapi.<str:extension>", "/api/docs/recoverbiz/openapi.json", get()),
    page("api/docs/<str:slug>/key", "/api/docs/lendworks/key", post(permission="read")),
    open_to_all("u/<str:token>", "/u/made-up", post(), get()),
)
