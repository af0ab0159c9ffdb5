class Refused(Exception):
    """A rule does not take an entry: the outcome, and what to tell the person, a sentence or a list of them."""

    def __init__(self, outcome, sentence):
        super().__init__(sentence)
        self.outcome, self.sentence = outcome, sentence
