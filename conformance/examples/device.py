#!/usr/bin/env python3
"""A device in a child process: an SPDM 1.2 responder without any capability.

    assay run --target 'exec:python3 conformance/examples/device.py' --case 'ver/*'

The frames are those of conformance/lab/exec_dut.h.
"""
import struct
import sys

RESET, MESSAGE, RECORD = 0x00, 0x01, 0x02
READY, MESSAGE_ANSWER, SILENCE = 0x80, 0x81, 0x83
ERROR, INVALID_REQUEST, UNEXPECTED_REQUEST, UNSUPPORTED_REQUEST, VERSION_MISMATCH = 0x7F, 0x01, 0x04, 0x07, 0x41
V1_0, V1_2 = 0x10, 0x12


class Device:
    """One connection. Which request is expected next, and what answers it."""

    def __init__(self):
        self.expected = 0x84  # GET_VERSION
        self.version = V1_0

    def answer(self, request):
        """The answer to an SPDM message outside sessions; None is silence."""
        if len(request) < 4:
            return None
        code = request[1]
        if code == 0x84:
            return self.get_version(request)
        if code == 0xE1 and request[0] != V1_2 or code != 0xE1 and request[0] != self.version:
            return self.error(VERSION_MISMATCH)
        if code == 0xE1 and self.expected == code:
            return self.get_capabilities(request)
        if code == 0xE3 and self.expected == code:
            return self.negotiate_algorithms(request)
        if self.expected is None and code not in (0xE1, 0xE3):
            return self.error(UNSUPPORTED_REQUEST, code)
        return self.error(UNEXPECTED_REQUEST)

    def error(self, code, data=0):
        return bytes([self.version, ERROR, code, data])

    def get_version(self, request):
        if request[0] != V1_0:
            return bytes([V1_0, ERROR, VERSION_MISMATCH, 0])
        self.expected, self.version = 0xE1, V1_0
        return bytes([V1_0, 0x04, 0, 0, 0, 1]) + struct.pack("<H", V1_2 << 8)

    def get_capabilities(self, request):
        self.version = V1_2
        if len(request) < 20:
            return self.error(INVALID_REQUEST)
        self.expected = 0xE3
        # CTExponent, no flags, DataTransferSize and MaxSPDMmsgSize.
        return bytes([V1_2, 0x61, 0, 0]) + struct.pack("<BBHIII", 0, 10, 0, 0, 4096, 4096)

    def negotiate_algorithms(self, request):
        if len(request) < 32:
            return self.error(INVALID_REQUEST)
        self.expected = None
        asym, digest = struct.unpack_from("<II", request, 8)
        opaque_format = request[7] & 2
        # ECDSA P-256 and SHA-256, and no algorithm structures.
        return bytes([V1_2, 0x63, 0, 0]) + struct.pack(
            "<HBBIII12xBBH", 36, 0, opaque_format, 0, asym & 0x10, digest & 1, 0, 0, 0)


def read_frame(stream):
    length = stream.read(4)
    if len(length) < 4:
        return None
    frame = stream.read(struct.unpack("<I", length)[0])
    return frame[0], frame[1:]


def write_frame(stream, kind, content=b""):
    stream.write(struct.pack("<IB", len(content) + 1, kind) + content)
    stream.flush()


def main():
    device = Device()
    while frame := read_frame(sys.stdin.buffer):
        kind, content = frame
        if kind == RESET:
            device = Device()
            write_frame(sys.stdout.buffer, READY)  # no sessions: no binding
            continue
        said = device.answer(content) if kind == MESSAGE else None
        if said is None:
            write_frame(sys.stdout.buffer, SILENCE)
        else:
            write_frame(sys.stdout.buffer, MESSAGE_ANSWER, said)


if __name__ == "__main__":
    main()
