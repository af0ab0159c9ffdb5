class Refused(Exception):
    """A rule does not take an entry: the outcome, and what to tell the person, a sentence or a list of them.

    `case_id`: the case whose timeline keeps that the entry came second.
    """

    def __init__(self, outcome, sentence, case_id=None):
        super().__init__(sentence)
        self.outcome, self.sentence, self.case_id = outcome, sentence, case_id
