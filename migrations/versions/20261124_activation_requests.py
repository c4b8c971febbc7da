"""Activation requests, the token of a linked account, and an audit log that the database itself only adds to."""

from alembic import op
import sqlalchemy as sa

import webapp.extensions

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activation_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("ats", sa.String(length=64), nullable=True),
        sa.Column("ats_text", sa.String(length=200), nullable=False),
        sa.Column("careers_address", sa.Text(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", webapp.extensions.Moment(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("asked_again_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("tried", sa.Text(), nullable=True),
        sa.Column("told_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("established_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("shared_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("handed_over_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("deleted_at", webapp.extensions.Moment(), nullable=True),
        sa.Column("closed_at", webapp.extensions.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["linked_accounts.id"],
            name=op.f("fk_activation_requests_account_id_linked_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_activation_requests_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_requests")),
    )
    with op.batch_alter_table("activation_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activation_requests_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activation_requests_organisation_id"), ["organisation_id"], unique=False)

    with op.batch_alter_table("linked_accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token_hash", sa.String(length=64), nullable=True))

    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_id", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_links_request_id"), ["request_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_links_request_id_activation_requests"),
            "activation_requests",
            ["request_id"],
            ["id"],
            ondelete="SET NULL",
        )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


GUARDS = {
    "sqlite": [
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$",
        "CREATE TRIGGER events_guard BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_append_only()",
    ],
}


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER events_guard ON events")
        op.execute("DROP FUNCTION events_append_only")
    else:
        op.execute("DROP TRIGGER events_no_update")
        op.execute("DROP TRIGGER events_no_delete")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_links_request_id_activation_requests"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_links_request_id"))
        batch_op.drop_column("request_id")

    with op.batch_alter_table("linked_accounts", schema=None) as batch_op:
        batch_op.drop_column("token_hash")

    with op.batch_alter_table("activation_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activation_requests_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_activation_requests_account_id"))

    op.drop_table("activation_requests")
