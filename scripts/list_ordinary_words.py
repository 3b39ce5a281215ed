"""Write answer/privacy/lists/ordinary.txt: words of the guidance and its phrasings in lower case, which are no names by themselves.

`python -m scripts.list_ordinary_words`. A first name gets in only where the guidance itself uses it as a word.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

from mayshare.config import ROOT

OUT = ROOT / "answer" / "privacy" / "lists" / "ordinary.txt"
WORD = re.compile(r"(?<![\w'’])[a-z]{2,}(?![\w'’])")
LEAST = 2  # times that a word must occur
# everyday words that a question may hold and the guidance doesn't; also first names that are mostly words
EVERYDAY = """
    will may mark grace hope faith joy art bill chance chase dean drew frank gene grant guy jay lane pat ray rich rob rose sandy star sue van wade royal king prince
    legend justice journey genesis miracle heaven haven mercy honesty dream sage river ocean sky rain winter summer autumn spring august june april major deacon
    judge early angel baby buddy pearl ruby jewel diamond crystal daisy lily iris ivy fern olive ginger pepper clay reed forest cliff dale glen heath lance miles
    chuck jack rusty sunny precious patience constance prudence charity destiny trinity unique ace case cash colt gunner hunter archer carter mason parker walker
    taylor cooper porter tanner turner tucker sawyer page paige penny ford wells best love see so an my young love long short little more less man many much
    okay ok gonna wanna gotta kinda sorta yeah yep nope hi hello hey thanks please sorry lol btw idk asap pls plz tho cuz bc thx ppl wont dont cant doesnt didnt isnt
    wasnt arent shouldnt couldnt wouldnt havent hasnt im ive id ill youre theyre hes shes its whats thats theres lets
    grandson granddaughter stepson stepdaughter couldn ada kid kids teen teens guy guys cop cops boss lady gal dude mama papa nana granny boo buddy lunch dinner breakfast car truck bike game phone text texts screenshot
    drunk high weed vape vaping pills overdose gun knife fight fights bully bullied pregnant abortion cutting suicide runaway gang jail juvie rehab
    tonight today tomorrow yesterday morning afternoon evening monday tuesday wednesday thursday friday saturday sunday
    called told asked wants needs says said gave took went came knows thinks feels looks looking trying tried hit hits hurt hurts cried crying angry scared worried
    dropped picked showed shows moved moving lives living stays staying left leaving started stopped keeps kept found lost sent sends posted shared sharing
    divorced custody stepped remarried adopted fostered absent skipping truant failing flunked suspended expelled arrested charged convicted released enrolled
"""


def main() -> int:
    """Write the list and say how long it is."""
    counts: Counter[str] = Counter()
    for path in sorted((ROOT / "corpus").rglob("*.md")):
        counts.update(WORD.findall(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "corpus" / "phrasings").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            counts.update(set(WORD.findall(json.loads(line)["text"])))
    words = sorted({word for word, count in counts.items() if count >= LEAST} | set(EVERYDAY.split()))
    write(OUT, words)
    sys.stdout.write(f"{len(words):,} words in {OUT.relative_to(ROOT)}\n")
    return 0


def write(path: Path, words: list[str]) -> None:
    """Twenty words a line under a line that says where they come from."""
    lines = [" ".join(words[n : n + 20]) for n in range(0, len(words), 20)]
    path.write_text("# Made by scripts/list_ordinary_words.py\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
