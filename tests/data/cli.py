"""The verb `alvor data` as its users meet it: texts, JSON, pictures, downloads, exit codes.

usage: cli.py PATH_OF_ALVOR
"""
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

ALVOR = str(pathlib.Path(sys.argv[1]).resolve())
HERE = pathlib.Path(__file__).parent


def alvor(*words, **variables):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "no_proxy": "127.0.0.1", **variables}
    return subprocess.run([ALVOR, "data", *words], env=environment, capture_output=True,
                          text=True, timeout=60)


def decode_png(data):
    """(width, height, rgb rows) of an 8-bit RGB PNG; checks signature, lengths and CRCs."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + size
    width, height, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, color) == (8, 2) and chunks[b"IEND"] == b""
    raw, rows = zlib.decompress(chunks[b"IDAT"]), []
    assert len(raw) == (3 * width + 1) * height
    for y in range(height):
        line = bytearray(raw[y * (3 * width + 1):(y + 1) * (3 * width + 1)])
        kind, line = line[0], line[1:]
        assert kind in (0, 1)
        for i in range(3, len(line) if kind else 0):
            line[i] = (line[i] + line[i - 3]) % 256
        rows.append(bytes(line))
    return width, height, rows


class Data(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_list(self):
        document = json.loads(alvor("list", "--json").stdout)
        self.assertEqual(document["schema"], "alvor.data/1")
        names = [s["name"] for s in document["sources"]]
        self.assertEqual(sorted(names),
                         ["blobs", "circles", "moons", "shapeset", "spirals", "xor"])
        self.assertEqual([d["name"] for d in document["downloads"]], ["mnist", "fashion_mnist"])
        english, portuguese = alvor("list").stdout, alvor("list", "--lang", "pt").stdout
        for name in names:
            self.assertIn(name, english)
            self.assertIn(name, portuguese)
        self.assertNotEqual(english, portuguese)
        for line in (english + portuguese).splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_facts(self):
        english = alvor("show", "shapeset", "--n", "1").stdout
        portuguese = alvor("show", "shapeset", "--n", "1", "--lang", "pt").stdout
        for line in (english + portuguese).splitlines():
            self.assertLessEqual(len(line), 80, line)
        mean = re.search(r"x: mean (-?\d+\.\d+), mean of x\^2 (\d+\.\d+)", english)
        comma = re.search(r"x: média (-?\d+,\d+), média de x\^2 (\d+,\d+)", portuguese)
        self.assertEqual([number.replace(",", ".") for number in comma.groups()],
                         list(mean.groups()))
        counts = english[english.index("by class:"):].split("\n\n")[0]
        self.assertEqual(sum(int(n) for n in re.findall(r": (\d+)", counts)), 10000)

    def test_show(self):
        shown = alvor("show", "shapeset", "--n", "2", COLUMNS="80")
        self.assertEqual(shown.returncode, 0)
        lines = shown.stdout.splitlines()
        images = lines[lines.index("") + 1:]
        self.assertEqual(len(images), 17)  # 16 rows of characters and a caption
        self.assertTrue(all(len(line) == 65 for line in images))
        self.assertEqual(shown.stdout, alvor("show", "shapeset", "--n=2").stdout)
        self.assertNotEqual(shown.stdout, alvor("show", "shapeset", "--n=2", "--seed=1").stdout)
        self.assertNotIn("\033", shown.stdout)  # not a terminal: no colours

    def test_sheet(self):
        sheet = self.path / "sheet.png"
        self.assertEqual(alvor("show", "shapeset", "--n", "4", "-o", str(sheet)).returncode, 0)
        width, height, rows = decode_png(sheet.read_bytes())
        self.assertEqual((width, height), (2 * 66 + 2, 2 * 69 + 2))
        tile = [row[3 * 2:3 * 66] for row in rows[2:66]]  # pixels, doubled both ways
        self.assertTrue(all(tile[y] == tile[y + 1] for y in range(0, 64, 2)))
        self.assertTrue(all(p[0] == p[1] == p[2] for row in tile
                            for p in [row[i:i + 3] for i in range(0, len(row), 3)]))
        self.assertGreater(len({bytes(row) for row in tile}), 1)
        self.assertEqual(alvor("show", "spirals", "-o", str(sheet)).returncode, 0)
        width, height, rows = decode_png(sheet.read_bytes())
        colors = {row[i:i + 3] for row in rows for i in range(0, 3 * width, 3)}
        for color in ((0, 114, 178), (230, 159, 0), (0, 158, 115)):
            self.assertIn(bytes(color), colors)
        self.assertEqual(alvor("show", "blobs", "--n", "3", "-o", str(sheet)).returncode, 0)
        self.assertEqual(decode_png(sheet.read_bytes())[1], 3 * 7 + 4)
        kept = sheet.read_bytes()
        self.assertEqual(alvor("show", "xor", "-o", str(self.path / "no" / "x.png")).returncode, 2)
        self.assertEqual(sheet.read_bytes(), kept)

    def test_show_file(self):
        table = self.path / "t.csv"
        table.write_text("x;kind\n" + "".join(f"{i};{'ab'[i % 2]}\n" for i in range(20)))
        shown = alvor("show", str(table))
        self.assertIn("16 training + 4 test", shown.stdout)
        self.assertIn("a: 8, b: 8", shown.stdout)
        table.write_text("x;kind\n1;a\noops;b\n")
        wrong = alvor("show", str(table))
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("t.csv, byte 11", wrong.stderr)

    def test_mistakes(self):
        for words, hint in ((("show", "sprials"), "spirals"), (("shw",), "show"),
                            (("get", "minst"), "mnist"), (("show",), "NAME"),
                            (("show", "xor", "--n", "0"), "--n"), (("show", "mnist"), "data get"),
                            (("get", "xor"), "generated")):
            done = alvor(*words, XDG_CACHE_HOME=str(self.path))
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(hint, done.stderr)
            self.assertEqual(done.stdout, "")


class Get(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.cache = pathlib.Path(self.folder.name)
        self.server = subprocess.Popen([sys.executable, HERE / "server.py"],
                                       stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.server.stdout.readline().strip()}"

    def tearDown(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()
        self.folder.cleanup()

    def files(self):
        return [p for p in self.cache.rglob("*") if p.is_file()]

    def test_bad_mirrors(self):
        mirrors = ",".join(f"{self.url}/{kind}" for kind in ("missing", "truncated", "corrupt"))
        done = alvor("get", "mnist", "--mirror", mirrors, XDG_CACHE_HOME=str(self.cache))
        self.assertEqual(done.returncode, 2)
        for reason in ("404", "transfer closed", "wrong SHA-256"):
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.files(), [])

    def test_interrupt(self):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "no_proxy": "127.0.0.1"}
        for number in (signal.SIGINT, signal.SIGTERM):
            child = subprocess.Popen([ALVOR, "data", "get", "mnist", "--mirror",
                                      f"{self.url}/slow"], env=environment, stderr=subprocess.PIPE)
            for _ in range(500):
                if self.files():  # the temporary file: bytes are on their way
                    break
                time.sleep(0.01)
            self.assertNotEqual(self.files(), [])
            child.send_signal(number)
            _, text = child.communicate(timeout=20)
            self.assertEqual(child.returncode, 130, text)
            self.assertEqual(self.files(), [])

    def test_nowhere_to_write(self):
        done = alvor("get", "mnist", "--mirror", f"{self.url}/good", XDG_CACHE_HOME="/dev/null")
        self.assertEqual(done.returncode, 2)
        done = alvor("get", "mnist", HOME="", XDG_CACHE_HOME="")
        self.assertEqual(done.returncode, 2)
        self.assertIn("HOME", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
