#!/usr/bin/env python3
"""Computes the known answers of the encrypted transfer path with Python's cryptography and hmac, without the
project's code: vectors/transfer/make.py writes the JSON files beside itself anew.
"""
import hashlib
import hmac
import json
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HERE = pathlib.Path(__file__).parent
SOURCE = "computed by make.py with Python's cryptography and hmac, from the layouts of the open GPU driver 595"
SECRET = bytes(range(48))
MASK = bytes.fromhex("a0a1a2a3a4a5a6a7a8a9aaab")
UINT32_MAX = 2**32 - 1

COPY_ENGINES = [f"{high}{low}" for high in "01" for low in range(8)]
LABELS = (
    ["cpu_gsp_locked_rpc", "gsp_cpu_locked_rpc", "cpu_gsp_dma", "gsp_cpu_dma", "gsp_cpu_replayable_fault"]
    + ["gsp_cpu_non_replayable_fault", "cpu_gsp_nvle_p2p_wrapping"]
    + [f"cpu_sec2_{kind}_{role}" for kind in ("data", "hmac") for role in ("user", "kernel", "scrubber")]
    + [
        f"Lce{engine}_{way}_{role}"
        for engine in COPY_ENGINES
        for way in ("h2d", "d2h")
        for role in ("user", "kernel", "p2p")
    ]
)


def expand(secret, label):
    return HKDFExpand(algorithm=SHA256(), length=32, info=label.encode("ascii")).derive(secret)


def derived(label):
    return expand(SECRET[:32], label)


def rotated(key, label):
    return expand(hashlib.sha256(key).digest(), label)


def masked(iv, mask):
    return bytes(a ^ b for a, b in zip(iv, mask))


def channel_iv(message, channel, mask):
    return masked(struct.pack("<IQ", message, channel), mask)


def gsp_iv(message, mask):
    return masked(struct.pack("<QI", message, 0), mask)


def iv_of(layout, message, channel, mask):
    return channel_iv(message, channel, mask) if layout == "channel" else gsp_iv(message, mask)


def keys():
    tests = [
        {"id": label, "flags": ["Label"], "label": label, "key": derived(label).hex()} for label in LABELS
    ]
    return {"secret": SECRET.hex(), "tests": tests}


def rotations():
    tests = []
    for label in ("Lce00_h2d_user", "Lce00_d2h_user", "Lce17_d2h_kernel"):
        key = derived(label)
        for version in range(1, 18):
            key = rotated(key, label)
            tests.append(
                {"id": f"{label} {version}", "flags": ["Chain"], "label": label, "version": version, "key": key.hex()}
            )
    return {"secret": SECRET.hex(), "tests": tests}


def ivs():
    zero = bytes(12)
    rows = [
        ("first message", ["Counter"], "channel", 1, 0, zero),
        ("byte order", ["ByteOrder"], "channel", 0x01020304, 0x1112131415161718, zero),
        ("mask", ["Mask"], "channel", 1, 0, MASK),
        ("mask and both counters", ["Mask", "ByteOrder"], "channel", 0x01020304, 0x1112131415161718, MASK),
        ("last message", ["Counter"], "channel", UINT32_MAX, 2**64 - 2, MASK),
        ("GSP, first message", ["Counter", "Gsp"], "gsp", 1, 0, zero),
        ("GSP, beyond 32 bits", ["Gsp", "ByteOrder"], "gsp", 2**32 + 5, 0, zero),
        ("GSP, last message", ["Gsp"], "gsp", 2**64 - 1, 0, zero),
    ]
    tests = [
        {
            "id": name,
            "flags": flags,
            "layout": layout,
            "message": str(message),
            "channel": str(channel),
            "mask": mask.hex(),
            "iv": iv_of(layout, message, channel, mask).hex(),
        }
        for name, flags, layout, message, channel, mask in rows
    ]
    return {"tests": tests}


def block(name, flags, label, version, message, channel, mask, aad, plaintext):
    key = derived(label)
    for _ in range(version):
        key = rotated(key, label)
    layout = "gsp" if "gsp" in label else "channel"
    sealed = AESGCM(key).encrypt(iv_of(layout, message, channel, mask), plaintext, aad or None)
    return {
        "id": name,
        "flags": flags,
        "label": label,
        "version": version,
        "layout": layout,
        "message": str(message),
        "channel": str(channel),
        "mask": mask.hex(),
        "aad": aad.hex(),
        "plaintext": plaintext.hex(),
        "ciphertext": sealed[:-16].hex(),
        "tag": sealed[-16:].hex(),
    }


def blocks():
    zero = bytes(12)
    text = bytes((7 * i) % 256 for i in range(100))
    tests = [
        block("first of a channel", ["Seal"], "Lce00_h2d_user", 0, 1, 0, MASK, b"", text),
        block("second of a channel", ["Seal", "Counter"], "Lce00_h2d_user", 0, 2, 0, MASK, b"", text),
        block("another channel of the key", ["Seal", "Channel"], "Lce00_h2d_user", 0, 1, 3, MASK, b"", text),
        block("the other direction", ["Seal", "Direction"], "Lce00_d2h_user", 0, 1, 0, MASK, b"", text),
        block("nothing but a tag", ["Seal"], "Lce01_d2h_kernel", 0, 1, 0, zero, b"", b""),
        block("whole cipher blocks", ["Seal"], "Lce01_h2d_p2p", 0, 77, 1, zero, b"", text[:64]),
        block("last message", ["Seal", "Counter"], "Lce00_h2d_user", 0, UINT32_MAX, 0, MASK, b"", text[:16]),
        block("after one rotation", ["Seal", "Rotation"], "Lce00_h2d_user", 1, 1, 0, MASK, b"", text),
        block("after twenty rotations", ["Seal", "Rotation"], "Lce00_h2d_user", 20, 1, 0, MASK, b"", text),
        block("fault packet", ["Seal", "Aad"], "gsp_cpu_replayable_fault", 0, 1, 0, zero, b"\x01", text[:32]),
        block("fault packet beyond 32 bits", ["Seal", "Aad", "Counter"], "gsp_cpu_non_replayable_fault", 0,
              2**32 + 1, 0, zero, b"\x01", text[:32]),
    ]
    return {"secret": SECRET.hex(), "tests": tests}


def xor_words(data):
    total = 0
    for (word,) in struct.iter_unpack("<I", data):
        total ^= word
    return total


def rpc(name, flags, label, sequence, message, text):
    """A whole queue element: sealed are length, message and zeros."""
    count = (44 + 4 + len(text) + 4095) // 4096
    plaintext = struct.pack("<I", len(text)) + text
    plaintext += bytes(count * 4096 - 44 - len(plaintext))
    aad = struct.pack("<I12x", sequence)
    sealed = AESGCM(derived(label)).encrypt(gsp_iv(message, bytes(12)), plaintext, aad)
    element = sealed[-16:] + aad + struct.pack("<III", 0, sequence, count) + sealed[:-16]
    checksum = xor_words(element)
    element = element[:32] + struct.pack("<I", checksum) + element[36:]
    return {
        "id": name,
        "flags": flags,
        "label": label,
        "sequence": sequence,
        "message": text.hex(),
        "header": element[:44].hex(),
        "sha256": hashlib.sha256(element).hexdigest(),
        "elements": count,
    }


def rpcs():
    label = "cpu_gsp_locked_rpc"
    tests = [
        rpc("first", ["Element"], label, 0, 1, b"hello"),
        rpc("second", ["Element", "Sequence"], label, 1, 2, bytes(range(200))),
        rpc("two elements", ["Element", "Count"], label, 2, 3, bytes(5000)),
    ]
    return {"secret": SECRET.hex(), "tests": tests}


def work(name, flags, label, count, channel, methods):
    body = b"".join(struct.pack("<II", address, data) for address, data in methods)
    nonce = count.to_bytes(24, "little") + struct.pack("<Q", channel)
    mac = hmac.new(derived(label), body + nonce, hashlib.sha256).digest()
    return {
        "id": name,
        "flags": flags,
        "label": label,
        "count": count.to_bytes(24, "little").hex(),
        "channel": str(channel),
        "methods": [{"address": address, "data": data} for address, data in methods],
        "nonce": nonce.hex(),
        "mac": mac.hex(),
    }


def works():
    two = [(0x100, 1), (0x104, 0xDEADBEEF)]
    tests = [
        work("first", ["Mac"], "cpu_sec2_hmac_user", 1, 0, two),
        work("second", ["Mac", "Nonce"], "cpu_sec2_hmac_user", 2, 0, two),
        work("another channel", ["Mac", "Nonce"], "cpu_sec2_hmac_user", 1, 5, two),
        work("beyond 64 bits", ["Mac", "Nonce"], "cpu_sec2_hmac_kernel", 2**64, 0, two),
        work("beyond 128 bits", ["Mac", "Nonce"], "cpu_sec2_hmac_kernel", 2**128 + 7, 1, two),
        work("80 bytes", ["Mac"], "cpu_sec2_hmac_scrubber", 1, 0, [(4 * i, i * i) for i in range(10)]),
    ]
    return {"secret": SECRET.hex(), "tests": tests}


NOTES = {
    "keys": {"Label": "A label is another, is terminated, or is expanded from another part of the secret."},
    "rotation": {"Chain": "A new key is not expanded from the digest of the old one under its own label."},
    "ivs": {
        "Counter": "The counter is used before it counts, or is cut short.",
        "ByteOrder": "A counter is big-endian or lies elsewhere.",
        "Mask": "The mask is left out or covers a part only.",
        "Gsp": "The IVs of GSP's keys have a channel counter or 32 bits of a message counter.",
    },
    "blocks": {
        "Seal": "Key, IV, associated data or the order of text and tag is another.",
        "Counter": "The message counter goes into the IV in another way.",
        "Channel": "Channels under one key share their IVs.",
        "Direction": "Both directions share a key.",
        "Rotation": "The rotated key is another.",
        "Aad": "Associated data is left out.",
    },
    "rpc": {
        "Element": "A field of the queue's element lies elsewhere or is not authenticated.",
        "Sequence": "The sequence number is not in the associated data, or the counter does not go on.",
        "Count": "A message over several elements is laid out in another way.",
    },
    "work": {
        "Mac": "The MAC covers something else than methods and nonce.",
        "Nonce": "The nonce is counted or laid out in another way.",
    },
}

TITLES = {
    "keys": "Keys by label from the export secret",
    "rotation": "Keys through their versions",
    "ivs": "Initialisation vectors",
    "blocks": "Sealed blocks",
    "rpc": "RPC queue elements",
    "work": "Signed work submissions",
}


def main():
    makers = {"keys": keys, "rotation": rotations, "ivs": ivs, "blocks": blocks, "rpc": rpcs, "work": works}
    for kind, make in makers.items():
        document = {"kind": kind, "title": TITLES[kind], "source": SOURCE}
        document["notes"] = {flag: {"bug": bug} for flag, bug in NOTES[kind].items()}
        document |= make()
        (HERE / f"{kind}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


main()
