"""Who may do what: roles, permissions, and the one table that joins them."""

from enum import StrEnum

from crm.domain.words import N_


class Role(StrEnum):
    """The kinds of people who sign in."""

    OFFICER = "officer"
    MANAGER = "manager"
    FIRM_EDITOR = "firm_editor"
    FIRM_CERTIFIER = "firm_certifier"
    AGENCY = "agency"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_LABELS: dict[Role, str] = {
    Role.OFFICER: N_("企业服务专员"),
    Role.MANAGER: N_("科室负责人"),
    Role.FIRM_EDITOR: N_("企业填报人"),
    Role.FIRM_CERTIFIER: N_("企业审核人"),
    Role.AGENCY: N_("服务机构"),
    Role.AUDITOR: N_("审计"),
    Role.ADMIN: N_("系统管理员"),
}

FIRM_ROLES = frozenset({Role.FIRM_EDITOR, Role.FIRM_CERTIFIER})
BUREAU_ROLES = frozenset({Role.OFFICER, Role.MANAGER, Role.AUDITOR, Role.ADMIN})


class Permission(StrEnum):
    """One act on one kind of record. Keep the list in alphabetical order."""

    ACCOUNT_ADMINISTER = "account:administer"
    ACCOUNT_SELF = "account:self"
    AUDIT_READ = "audit:read"
    DECISION_KEEP = "decision:keep"
    DECISION_READ = "decision:read"
    DESK_READ = "desk:read"
    FIRM_ASSIGN = "firm:assign"
    FIRM_CARE_READ = "firm:care_read"
    FIRM_CREATE = "firm:create"
    FIRM_EDIT = "firm:edit"
    FIRM_FLAG = "firm:flag"
    FIRM_LIST = "firm:list"
    FIRM_MERGE = "firm:merge"
    FIRM_READ = "firm:read"
    IMPORT_RUN = "import:run"
    JOB_READ = "job:read"
    LADDER_COUNT = "ladder:count"
    LADDER_READ = "ladder:read"
    LIST_EXPORT = "list:export"
    LIST_EXPORT_PEOPLE = "list:export_people"
    PLAN_READ = "plan:read"
    PLAN_WRITE = "plan:write"
    POLICY_ACTIVATE = "policy:activate"
    POLICY_EDIT = "policy:edit"
    POLICY_READ = "policy:read"
    POLICY_TRY = "policy:try"
    PROFILE_PRINT = "profile:print"
    PROFILE_PRINT_MANY = "profile:print_many"
    QUALITY_READ = "quality:read"
    QUALITY_SETTLE = "quality:settle"
    REGISTER_EXPORT = "register:export"
    REQUEST_READ = "request:read"
    REQUEST_RECORD = "request:record"
    REQUEST_WORK = "request:work"
    SCREENING_READ = "screening:read"
    SCREENING_RUN = "screening:run"
    TASK_READ = "task:read"
    TASK_WORK = "task:work"
    VISIT_READ = "visit:read"
    VISIT_RECORD = "visit:record"


P = Permission

_EVERYONE = {P.ACCOUNT_SELF, P.DESK_READ}
_READ_ONE = {P.FIRM_READ, P.LADDER_READ, P.PROFILE_PRINT}
_READ_MANY = {
    *(P.FIRM_LIST, P.VISIT_READ, P.LADDER_COUNT, P.PROFILE_PRINT_MANY, P.JOB_READ, P.LIST_EXPORT, P.TASK_READ),
    *(P.PLAN_READ, P.REQUEST_READ, P.SCREENING_READ),
}
_WORK = {
    *(P.DECISION_KEEP, P.FIRM_ASSIGN, P.FIRM_CREATE, P.FIRM_EDIT, P.FIRM_FLAG, P.FIRM_MERGE, P.IMPORT_RUN),
    *(P.LIST_EXPORT_PEOPLE, P.TASK_WORK, P.VISIT_RECORD),
    *(P.PLAN_WRITE, P.POLICY_TRY, P.QUALITY_SETTLE, P.REQUEST_RECORD, P.REQUEST_WORK, P.SCREENING_RUN),
}
# Why a firm is stopped, its tags, where it went, what was decided: the office's own notes, not for firms and agencies.
_OFFICE = {P.DECISION_READ, P.FIRM_CARE_READ, P.POLICY_READ, P.QUALITY_READ}

# The rules are kept by administrators; what one of them proposes another, or a manager, puts in force.
_RULES = {P.POLICY_READ, P.POLICY_EDIT, P.POLICY_ACTIVATE, P.POLICY_TRY}

# A firm reads its own file; what it may change comes with the reports it files, not by editing the bureau's file.
# An agency works on the firms assigned to it: reads, records coaching and requests, prints. The
# auditor reads all, changes nothing.
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: frozenset(_EVERYONE | _READ_ONE | _READ_MANY | _WORK | _OFFICE),
    Role.MANAGER: frozenset(_EVERYONE | _READ_ONE | _READ_MANY | _WORK | _OFFICE | {P.POLICY_ACTIVATE}),
    Role.FIRM_EDITOR: frozenset(_EVERYONE | _READ_ONE),
    Role.FIRM_CERTIFIER: frozenset(_EVERYONE | _READ_ONE),
    Role.AGENCY: frozenset(_EVERYONE | _READ_ONE | _READ_MANY | {P.VISIT_RECORD, P.REQUEST_RECORD, P.TASK_WORK}),
    Role.AUDITOR: frozenset(_EVERYONE | _READ_ONE | _READ_MANY | _OFFICE | {P.AUDIT_READ, P.REGISTER_EXPORT}),
    Role.ADMIN: frozenset(_EVERYONE | _RULES | {P.ACCOUNT_ADMINISTER, P.JOB_READ, P.REGISTER_EXPORT}),
}


def may(role: Role, permission: Permission) -> bool:
    """Return whether ``role`` holds ``permission``."""
    return permission in GRANTS[role]
