"""Tests judge_acknowledged.py: it says yes only where all is right, and no in each way in which it can be wrong.

Usage: /usr/bin/python3 -m unittest discover -s src/it
"""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import h5py  # noqa: E402
import numpy  # noqa: E402

import judge_acknowledged as judging  # noqa: E402

SHAPE = (4, 5)
SEED = 3
FILL = 65535


def frame(index):
    return judging.pattern(numpy.dtype("<u2"), SHAPE, SEED, index)


def checksum(array):
    return judging.crc32c(numpy.frombuffer(array.tobytes(), numpy.uint8).reshape(1, -1))[0]


def line(index, level="written", crc=None, ns=None):
    words = ["eiger", str(index), "%08x" % (checksum(frame(index)) if crc is None else crc), level]
    return " ".join(words + ([] if ns is None else [str(ns)])) + "\n"


class JudgeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "scan.h5")
        self.log = os.path.join(folder.name, "log")
        self.frames = [frame(index) for index in range(6)]
        self.missing = []

    def verdict(self, lines, has_ended=True, **options):
        with h5py.File(self.file, "w") as file:
            detector = file.create_group("1.1/instrument/eiger")
            detector.create_dataset("data", data=numpy.array(self.frames).reshape((-1,) + SHAPE), fillvalue=FILL)
            if self.missing:
                detector["missing"] = numpy.array(self.missing, dtype="<i8")
            file["1.1/measurement/eiger"] = h5py.SoftLink("/1.1/instrument/eiger/data")
            if has_ended:
                file["1.1/end_time"] = "now"
        with open(self.log, "w") as log:
            log.writelines(lines)
        result = judging.judge(self.file, [self.log], streams={"eiger": SEED}, **options)
        return result.acknowledged, result.readable, result.lost, result.wrong

    def test_should_compute_crc32c_as_the_rfc_does(self):
        self.assertEqual(judging.crc32c(numpy.frombuffer(b"123456789", numpy.uint8).reshape(1, -1)), [0xE3069283])
        self.assertEqual(judging.crc32c(numpy.zeros((2, 32), numpy.uint8)), [0x8A9136AA] * 2)
        self.assertEqual(judging.crc32c(numpy.full((1, 32), 255, numpy.uint8)), [0x62A8AB43])

    def test_should_be_content_with_all_frames(self):
        self.assertEqual(self.verdict([line(index) for index in range(6)]), (6, 6, 0, 0))

    def test_should_read_the_log_of_send(self):
        words = "".join(line(index) for index in range(6)).replace("eiger ", "")
        self.assertEqual(self.verdict([words], detector="eiger"), (6, 6, 0, 0))

    def test_should_find_a_frame_that_is_beyond_the_end(self):
        self.assertEqual(self.verdict([line(index) for index in range(8)]), (8, 6, 2, 0))

    def test_should_find_a_frame_that_is_fill_value(self):
        self.frames[2] = numpy.full(SHAPE, FILL, "<u2")
        self.missing = [2]
        self.assertEqual(self.verdict([line(index) for index in range(6)]), (6, 5, 1, 1))

    def test_should_find_one_wrong_pixel(self):
        self.frames[2][1, 1] += 1
        self.assertEqual(self.verdict([line(index) for index in range(6)]), (6, 5, 0, 1))

    def test_should_find_other_bytes_than_were_acknowledged(self):
        lines = [line(0), line(1, crc=checksum(frame(2)))]
        self.assertEqual(self.verdict(lines), (2, 1, 0, 1))

    def test_should_find_a_wrong_frame_that_was_not_acknowledged(self):
        self.frames[4] = self.frames[3]
        self.assertEqual(self.verdict([line(0)]), (1, 1, 0, 1))

    def test_should_allow_what_was_not_acknowledged_to_be_missing(self):
        self.frames[4] = numpy.full(SHAPE, FILL, "<u2")
        self.missing = [4]
        self.assertEqual(self.verdict([line(0)]), (1, 1, 0, 0))

    def test_should_want_what_is_missing_to_be_named(self):
        self.frames[4] = numpy.full(SHAPE, FILL, "<u2")
        self.assertEqual(self.verdict([line(0)]), (1, 1, 0, 1))
        self.assertEqual(self.verdict([line(0)], has_ended=False), (1, 1, 0, 0))

    def test_should_want_what_is_named_to_be_missing(self):
        self.missing = [4]
        self.assertEqual(self.verdict([line(0)]), (1, 1, 0, 1))

    def test_should_count_only_the_level_asked_for(self):
        lines = [line(0), line(1), line(0, "durable")]
        self.assertEqual(self.verdict(lines, level="durable"), (1, 1, 0, 0))
        self.assertEqual(self.verdict(lines, level="written"), (2, 2, 0, 0))

    def test_should_count_only_what_was_heard_before(self):
        lines = [line(0, ns=10), line(1, ns=20), line(7, ns=30)]
        self.assertEqual(self.verdict(lines, before=20), (1, 1, 0, 0))
        self.assertEqual(self.verdict(lines, before=31), (3, 2, 1, 0))

    def test_should_forget_what_was_taken_back(self):
        lines = [line(7), line(0), line(7, "taken_back")]
        self.assertEqual(self.verdict(lines), (1, 1, 0, 0))
        self.assertEqual(self.verdict(lines + [line(7)]), (2, 1, 1, 0))

    def test_should_pass_over_half_a_line(self):
        self.assertEqual(self.verdict([line(0), "eiger 1 00"]), (1, 1, 0, 0))

    def test_should_count_all_as_lost_where_there_is_no_file(self):
        self.verdict([line(0), line(1)])
        os.unlink(self.file)
        result = judging.judge(self.file, [self.log], streams={"eiger": SEED})
        self.assertEqual((result.acknowledged, result.lost), (2, 2))

    def test_should_count_all_as_lost_where_there_is_no_detector(self):
        with open(self.log, "w") as log:
            log.write(line(0).replace("eiger", "other"))
        with h5py.File(self.file, "w") as file:
            file.create_group("1.1")
        self.assertEqual(judging.judge(self.file, [self.log]).lost, 1)


if __name__ == "__main__":
    unittest.main()
