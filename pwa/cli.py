"""flask --app pwa …: what the person who runs the server does."""
import json
from datetime import datetime

import click
import segno
from flask import current_app
from flask.cli import AppGroup

from db.base import migrate
from db.models import AuditHead, Enrolment, Ward
from pwa.crypto import keyring
from pwa.domain import (access, approvals, audit_heads, break_glass, clock_settings, clocks, enrolments, health, invitations, lists,
                        numbers, people, retention, rotation, unsealed, wards)
from pwa.domain.refused import Refused

enrolments_group = AppGroup("enrolments", help="Phones of people.")
keys_group = AppGroup("keys", help="Keys phones seal to, and those columns are sealed with.")
ward_group = AppGroup("ward", help="What the ward has decided.")
clocks_group = AppGroup("clocks", help="How long something may wait; the ward's own policy, not the law's.")
push_group = AppGroup("push", help="Whether the ward can be rung.")
audit_group = AppGroup("audit", help="Who read and changed what.")


def register(app):
    for command in (init, demo, invite, enrolments_group, keys_group, ward_group, push_group, clocks_group, audit_group,
                    retention_command, neighbours):
        app.cli.add_command(command)


def _seed(name):
    return json.loads((lists.SEED / name).read_text())


def _ward():
    """The ward of the plan, made when it is missing."""
    migrate()
    numbers.look_through()
    unsealed.seal_all()
    return people.seed_ward(_seed("ward.json"), _seed("hotlines.json"))


def _link(person, approved=True):
    # Whoever runs the command line holds the keys: theirs is the first approval, from which all others come.
    code = invitations.invite(person, current_app.config["SOTAY"].INVITE_HOURS, approved=approved)
    return f"{current_app.config['SOTAY'].base_url}/start#{code}"


@click.command()
def init():
    """Make or update the database and the ward's units; safe to repeat."""
    ward = _ward()
    click.echo(f"{ward.name}: ready.")


@click.command()
@click.option("--quiet", is_flag=True, help="Links only, no QR.")
def demo(quiet):
    """Make the demo cast and print a fresh invitation for each; earlier unspent ones become void."""
    ward = _ward()
    for each in _seed("cast.json"):
        person = people.find(ward, each["role"], each["unit"], each["name"]) or people.add(
            ward, each["role"], each["unit"], each["name"], each["capacity"])
        invitations.void_unspent(person)
        link = _link(person)
        click.echo(f"{each['name']} – {each['role']}, {each['unit']}: {link}")
        if not quiet:
            segno.make(link, error="l").terminal(compact=True, border=2)


@click.command()
@click.option("--role", required=True, help="One of the seven roles.")
@click.option("--unit", required=True, help="Short code of the unit, like vhxh, congan, tdp-1, truong-1.")
@click.option("--name", required=True)
@click.option("--capacity", help="tdp-head, front-head, school-head, organisation-head or officer: legal receivers of a tin báo.")
@click.option("--wait", is_flag=True, help="A role that reads cases then waits for a coordinator who compares the short code.")
def invite(role, unit, name, capacity, wait):
    """Print one invitation link for a person, who is added when new; one of the same name, role and unit is the same person."""
    ward = _ward()
    try:
        person = people.find(ward, role, unit, name) or people.add(ward, role, unit, name, capacity)
    except people.Unknown as reason:
        raise click.ClickException(str(reason)) from None
    click.echo(_link(person, approved=not wait))


@enrolments_group.command("list")
def list_enrolments():
    """Phones in use, without names: id, role, unit, short code, and whether it is live, waiting or revoked."""
    for each in Enrolment.select().order_by(Enrolment.created_at):
        state = "revoked" if each.revoked_at else "waiting" if access.waits(each) else "live"
        click.echo(f"{each.id}  {each.person.role}  {each.person.unit.code}  {each.short_code or '-'}  {state}")


@enrolments_group.command("approve")
@click.argument("enrolment_id")
def approve(enrolment_id):
    """Let a phone that waits read; compare its short code first."""
    if not approvals.approve_by_command(enrolment_id):
        raise click.ClickException("No enrolment that waits has this id. See: flask --app pwa enrolments list")
    click.echo("approved")


@enrolments_group.command("revoke")
@click.argument("enrolment_id")
def revoke(enrolment_id):
    """Take reading away from one phone; what it still holds is delivered, then it is wiped."""
    if not enrolments.revoke(enrolment_id):
        raise click.ClickException("No live enrolment has this id. See: flask --app pwa enrolments list")
    click.echo("revoked")


@ward_group.command("set")
@click.argument("name", type=click.Choice(sorted(wards.SETTINGS)))
@click.argument("value")
def set_ward(name, value):
    """quick-note on|off: write without unlocking. exit-url PAGE|none: where Thoát nhanh leads. keep-days N: copies without contact."""
    try:
        click.echo(f"{name}: {wards.change(_ward(), name, value)}")
    except wards.BadValue as reason:
        raise click.ClickException(str(reason)) from None


@keys_group.command("renew")
def renew_key():
    """Let phones seal to a new key from now on; the old ones still open what waits."""
    click.echo(keyring.current().add_entry_key())


@keys_group.command("renew-push")
def renew_push_key():
    """Let phones subscribe with a new VAPID key when next opened; until then the old one signs for them."""
    click.echo(keyring.current().add_vapid_key())


@push_group.command("check")
def check_push():
    """Who can be reached, per unit, without names; fails when a unit that receives referrals cannot be."""
    unreachable = False
    for ward in Ward.select():
        for row in health.of_ward(ward.id):
            shown = datetime.fromtimestamp(row.last_shown / 1000).isoformat(timespec="minutes") if row.last_shown else "never"
            failures = ", ".join(f"{cause} x {count}" for cause, count in row.failures.items()) or "none"
            click.echo(f"{ward.code}/{row.unit.code}: {row.rung} rung + {row.written} written to of {row.people}; last confirmed {shown}; "
                       f"failures today: {failures}; expiring: {row.expiring}; silent for a month: {row.silent}"
                       + ("; NOBODY CAN BE REACHED" if row.unreachable else "") + ("; no deputy" if row.lacks_deputy else ""))
            unreachable |= row.unreachable and row.unit.receives
    for host, closed in health.hosts():
        click.echo(f"{host}: does not answer, {'left alone for now' if closed else 'being tried'}")
    if unreachable:
        raise click.ClickException("A unit that receives referrals cannot be reached.")


@clocks_group.command("list")
def list_clocks():
    """The clocks of the ward, in minutes of working time or at any hour."""
    for (urgency, service), rule in sorted(clocks.rules(_ward().id).items()):
        hours = "any hour" if rule.any_hour else "working time"
        click.echo(f"{urgency} {service or '*'}: seen {rule.seen}, answered {rule.answered}, then a step every {rule.gap} ({hours})")


@clocks_group.command("set")
@click.option("--urgency", required=True, help="urgent, day or normal.")
@click.option("--service", default="", help="Code of one service; without it the clock is that of all.")
@click.option("--seen", type=int, required=True, help="Minutes until it must be seen.")
@click.option("--answered", type=int, required=True, help="Minutes until it must be answered.")
@click.option("--gap", type=int, required=True, help="Minutes from one step of escalation to the next.")
@click.option("--any-hour", is_flag=True, help="Count every hour, not only those of work.")
def set_clock(urgency, service, seen, answered, gap, any_hour):
    """Keep another time than the default."""
    try:
        clock_settings.keep_rule(_ward().id, urgency, service, clocks.Rule(seen, answered, gap, any_hour))
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from None
    click.echo("kept")


@keys_group.command("rotate-columns")
@click.option("--resume", is_flag=True, help="Make no new key: finish what an earlier run began.")
@click.option("--rest", default=2.0, show_default=True, help="Rest between steps, in times of a step; more is gentler to those at work.")
def rotate_columns(resume, rest):
    """Seal every sealed column anew with a new key while the ward works; may be stopped and resumed at any moment."""
    if not resume:
        click.echo(f"new key {rotation.begin().hex()}")
    done = {}
    for place, changed in rotation.rotate(rest):
        done[place] = changed
    for place, changed in done.items():
        click.echo(f"{place}: {changed} sealed anew")
    _say_columns()


@keys_group.command("check-columns")
def check_columns():
    """Open every sealed value, and say which keys are in use."""
    _say_columns()


def _say_columns():
    keys, problems = rotation.check()
    for place, counts in keys.items():
        for key_id, rows in counts.items():
            click.echo(f"{place}: {rows} under {key_id}")
    for sentence in problems:
        click.echo(sentence)
    current, in_use = keyring.current().current_column_key()[0].hex(), {key_id for counts in keys.values() for key_id in counts}
    if problems or in_use - {current}:
        raise click.ClickException("Not everything is under the newest key. Run: flask --app pwa keys rotate-columns --resume")
    click.echo(f"Every value opens, under {current}. Older keys are still needed for backups made before.")


@click.command("retention")
@click.option("--apply", "do", is_flag=True, help="Do it; without, only say what would be done.")
def retention_command(do):
    """Take words and names out of what is kept longer than the ward's policy says (db/seed/retention.json)."""
    for ward in Ward.select().order_by(Ward.id):
        found = retention.apply(ward.id) if do else retention.preview(ward.id)
        click.echo(f"{ward.code}: {len(found['cases'])} cases ({', '.join(found['cases'])}), {found['records']} records without a case, "
                   f"{found['held']} settled refusals, {found['notices']} notices")
    if not do:
        click.echo("nothing was done; run again with --apply")


@click.command("neighbours")
@click.argument("ward_code")
@click.argument("codes", nargs=-1)
def neighbours(ward_code, codes):
    """Name the wards whose coordinators may open a case of WARD_CODE in an emergency; without CODES, none may."""
    ward = Ward.get_or_none(Ward.code == ward_code)
    if ward is None or Ward.select().where(Ward.code.in_(codes)).count() != len(set(codes)):
        raise click.ClickException(f"No such ward. There are: {', '.join(each.code for each in Ward.select())}")
    break_glass.set_neighbours(ward, codes)
    click.echo(f"{ward_code}: {', '.join(codes) or 'none'}")


@audit_group.command("head")
def send_heads():
    """Sign the end of every ward's chain now and write it to AUDIT_DIR; the worker does so every hour."""
    for head in AuditHead.select(AuditHead, Ward).join(Ward):
        click.echo(audit_heads.send(head, current_app.config["SOTAY"].audit_dir))


@audit_group.command("verify")
@click.option("--heads", type=click.Path(exists=True, file_okay=False), help="Where the signed heads lie; default AUDIT_DIR.")
def verify(heads):
    """Check that of every ward's chain nothing was deleted, changed, moved or cut off; best against heads kept elsewhere."""
    problems = 0
    for ward in Ward.select().order_by(Ward.id):
        found = audit_heads.verify(ward, heads or current_app.config["SOTAY"].audit_dir)
        problems += len(found)
        for sentence in found or ["whole."]:
            click.echo(f"{ward.code}: {sentence}")
    if problems:
        raise click.exceptions.Exit(1)
