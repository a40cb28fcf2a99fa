"""The worker: runs inside an environment, makes a model for each request on standard input, answers with a line of JSON.

A request is `{"seed", "index", "folder"}` with `"family"`, a regular expression, or with `"recipe"`, one to make again.
The same seed and index give the same model in the same environment.
"""

import json
import os
import signal
import sys
import time
import warnings

# What a model may take to be made, in seconds of processor time: a busy machine must not change what is made.
PATIENCE = 10


class TooSlow(Exception):
    pass


def give_up(*_):
    raise TooSlow("took more than %d seconds" % PATIENCE)


def answer(request, versions):
    from .draw import Draw
    from .making import make
    from .recipes.families import draw_recipe

    started = time.process_time()
    reply = {}
    if hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, give_up)
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        recipe = request.get("recipe")
        if recipe is None:
            environment = ",".join("%s %s" % item for item in sorted(versions.texts.items()))
            recipe = draw_recipe(Draw("%s/%s/%s" % (request["seed"], request["index"], environment), versions), request.get("family"))
        reply["recipe"] = recipe
        reply.update(make(recipe, request["folder"]))
        reply["status"] = "made"
    except (Exception, TooSlow) as error:
        reply["status"] = "unmade"
        reply["reason"] = "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:300])
    finally:
        if hasattr(signal, "SIGPROF"):
            signal.setitimer(signal.ITIMER_PROF, 0)
    reply["seconds"] = time.process_time() - started
    return reply


def main():
    warnings.filterwarnings("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"
    # Libraries print; the answers go to where standard output was.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import numpy

    numpy.seterr(all="ignore")
    from .draw import Versions

    versions = Versions()
    print(json.dumps({"versions": versions.texts, "python": sys.version.split()[0]}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), versions)), file=out, flush=True)


main()
