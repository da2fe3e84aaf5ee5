"""Who may enter where: one row per endpoint and method, for a record of firm A in 天河区.

N nobody    O officer of 天河区   X officer of 黄埔区   M manager of the city   G agency of firm A   U auditor
A administrator   C certifier of firm A   E editor of firm B   D an officer whose account is closed

``may``: let in. ``hidden``: gets 404, because the record is not in sight. Everybody else signed in gets 403; nobody and
the closed account are sent to the sign-in page.
"""

EVERYBODY = "NOXMGUACED"
SIGNED_IN = "OXMGUACE"
READERS = ("OMGUC", "XE")  # of firm A's file; others of the role see that there is no such firm
OFFICE = ("OM", "X")

TABLE: dict[tuple[str, str], tuple[str, str]] = {
    ("static", "GET"): (EVERYBODY, ""),
    ("desk.health", "GET"): (EVERYBODY, ""),
    ("desk.kit", "GET"): (EVERYBODY, ""),
    ("accounts.sign_in", "GET"): (EVERYBODY, ""),
    ("accounts.sign_in", "POST"): (EVERYBODY, ""),
    ("accounts.language", "POST"): (EVERYBODY, ""),
    ("accounts.accept", "GET"): ("", EVERYBODY),  # a made-up token opens nothing
    ("accounts.accept", "POST"): ("", EVERYBODY),
    ("accounts.sign_out", "POST"): (SIGNED_IN, ""),
    ("accounts.sessions", "GET"): (SIGNED_IN, ""),
    ("accounts.sessions", "POST"): (SIGNED_IN, ""),
    ("accounts.end_session", "POST"): (SIGNED_IN, ""),
    ("accounts.index", "GET"): ("A", ""),
    ("accounts.create", "GET"): ("A", ""),
    ("accounts.create", "POST"): ("A", ""),
    ("accounts.change", "GET"): ("A", ""),
    ("accounts.change", "POST"): ("A", ""),
    ("accounts.close", "POST"): ("A", ""),
    ("accounts.reopen", "POST"): ("A", ""),
    ("accounts.invite", "POST"): ("A", ""),
    ("desk.home", "GET"): (SIGNED_IN, ""),
    ("desk.firm", "GET"): READERS,
    ("desk.timeline", "GET"): READERS,
    ("desk.search", "GET"): ("OXMGU", ""),
    ("desk.jobs", "GET"): ("OXMGUA", ""),
    ("desk.job", "GET"): ("O", "XMGUA"),
    ("desk.cancel", "POST"): ("O", "XMGUA"),
    ("desk.download", "GET"): ("O", "XMGUA"),
    ("desk.audit", "GET"): ("U", ""),
    ("desk.verify", "GET"): ("U", ""),
    ("desk.start_verify", "POST"): ("U", ""),
    ("lists.index", "GET"): ("OXMGU", ""),
    ("lists.compose", "GET"): ("OXMGU", ""),
    ("lists.layout", "GET"): ("OXMGU", ""),
    ("lists.saved.index", "GET"): ("OXMGU", ""),
    ("lists.saved.create", "GET"): ("OXMGU", ""),
    ("lists.saved.create", "POST"): ("OXMGU", ""),
    ("lists.saved.change", "GET"): ("O", "XMGU"),  # the owner only
    ("lists.saved.change", "POST"): ("O", "XMGU"),
    ("lists.saved.replace", "POST"): ("O", "XMGU"),
    ("lists.saved.pin", "POST"): ("OXMU", "G"),  # it is shared with the office
    ("lists.saved.first", "POST"): ("OXMU", "G"),
    ("lists.saved.remove", "POST"): ("O", "XMGU"),
    ("firms.create", "GET"): ("OXM", ""),
    ("firms.create", "POST"): ("OXM", ""),
    ("firms.edit", "GET"): OFFICE,
    ("firms.edit", "POST"): OFFICE,
    ("firms.file", "GET"): READERS,
    ("firms.figures", "GET"): READERS,
    ("firms.state", "GET"): OFFICE,
    ("firms.state", "POST"): OFFICE,
    ("firms.add", "GET"): OFFICE,
    ("firms.add", "POST"): OFFICE,
    ("firms.amend", "GET"): OFFICE,
    ("firms.amend", "POST"): OFFICE,
    ("firms.remove", "POST"): OFFICE,
    ("firms.attach", "POST"): OFFICE,
    ("firms.attachment", "GET"): READERS,
    ("firms.detach", "POST"): OFFICE,
    ("imports.index", "GET"): ("OXM", ""),
    ("imports.template", "GET"): ("OXM", ""),
    ("imports.create", "GET"): ("OXM", ""),
    ("imports.create", "POST"): ("OXM", ""),
    ("imports.show", "GET"): ("O", "XM"),
    ("imports.decide", "POST"): ("O", "XM"),
    ("imports.apply", "POST"): ("O", "XM"),
    ("imports.check", "POST"): ("O", "XM"),
    ("imports.marked", "GET"): ("O", "XM"),
    ("visits.index", "GET"): ("OXMGU", ""),
    ("visits.silent", "GET"): ("OXMGU", ""),
    ("visits.firm", "GET"): ("OMGU", "X"),
    ("visits.record", "POST"): ("OMG", "X"),
    ("visits.edit", "GET"): ("O", "XG"),  # one's own notes only
    ("visits.edit", "POST"): ("O", "XG"),
    ("visits.settle", "POST"): ("OM", "XG"),
    ("tasks.index", "GET"): ("OXMGU", ""),
    ("tasks.create", "GET"): ("OXMG", ""),
    ("tasks.create", "POST"): ("OXMG", ""),
    ("tasks.edit", "GET"): ("OM", "XG"),  # an agency reads what its own people own or made
    ("tasks.edit", "POST"): ("OM", "XG"),
    ("tasks.done", "POST"): ("OM", "XG"),
    ("tasks.reopen", "POST"): ("OM", "XG"),
    ("tasks.hand", "POST"): ("OXMG", ""),
    ("tasks.withdraw", "POST"): ("OXMG", ""),
    ("ladder.index", "GET"): ("OXMGU", ""),
    ("ladder.firm", "GET"): READERS,
    ("letters.firm", "GET"): READERS,
    ("letters.profile", "GET"): READERS,
    ("letters.profiles", "POST"): ("OXMGU", ""),
    ("transfer.export", "GET"): ("UA", ""),
    ("transfer.export", "POST"): ("UA", ""),
}
