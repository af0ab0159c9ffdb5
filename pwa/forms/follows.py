"""What one chip means for another, for the phone to act on while a form is being filled; the page carries it, no script names it."""

# (field, code) → attributes: `unless` hides the chip while a field has one of these codes; `suggests` ticks another, to be
# taken back by a tap; `pressing` lets a volunteer send straight to those who protect and treat.
FOLLOWS = {
    ("done", "family"): {"unless": "family_safe no unsure"},
    **{("grade", grade): {"suggests": "under_16 yes"} for grade in ("preschool", "1-5", "6-9")},
    ("urgency", "urgent"): {"pressing": "yes"},
    ("basis", "danger"): {"pressing": "yes"},
}
