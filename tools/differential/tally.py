"""What came of all models, by environment and family, and the table of it."""

import collections

import outcome


class Tally:
    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)
        self.messages = collections.defaultdict(collections.Counter)
        self.seconds = collections.Counter()

    def add(self, environment, family, result):
        self.counts[environment, family][result.kind] += 1
        if result.kind in (outcome.REFUSED, outcome.UNUSABLE, outcome.UNMADE, outcome.UNSEEABLE):
            self.messages[result.kind][outcome.message_kind(result.message)] += 1

    def total(self, kinds=outcome.ALL):
        return sum(counts[kind] for counts in self.counts.values() for kind in kinds)

    def n_failures(self):
        return self.total(outcome.FAILURES)

    def progress(self):
        shown = [kind for kind in outcome.ALL if self.total([kind])]
        return "%d models: %s" % (self.total(), ", ".join("%d %s" % (self.total([kind]), kind) for kind in shown))

    def table(self):
        kinds = [kind for kind in outcome.ALL if self.total([kind])]
        lines = [["environment", "family", "tried"] + kinds]
        for (environment, family), counts in sorted(self.counts.items()):
            lines.append([environment, family, str(sum(counts.values()))] + [str(counts[kind] or "-") for kind in kinds])
        lines.append(["all", "", str(self.total())] + [str(self.total([kind])) for kind in kinds])
        widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
        return "\n".join("  ".join(cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in enumerate(zip(line, widths))) for line in lines)

    def reasons(self, most=15):
        """What was said, most often first, of what was not compared."""
        lines = []
        for kind, messages in sorted(self.messages.items()):
            lines.append("%s:" % kind)
            lines.extend("  %6d  %s" % (count, message) for message, count in messages.most_common(most))
        return "\n".join(lines)
