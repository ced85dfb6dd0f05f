// The keys and channels of an encrypted path in a child process, spoken to in the frames of framed_child.h.
// Numbers are little endian, u32 unless said otherwise; a key, a channel and an IV are numbers that the
// process gave. The ends of a path over a shared memory cannot be had so.
//
//   to the process                                                          answered with
//   10 make a key: length of the label (a byte), label, export secret       90
//   11 rotate a key: key                                                    91
//   12 close a key: key                                                     91
//   13 the next channel of a key: key, mask (12 bytes)                      90
//   20 seal: channel, size of the AAD, AAD, text                            92
//   21 open: channel, version, tag (16 bytes), size of the AAD, AAD, text   93
//   22 pass over what is next: channel                                      91
//   23 take the IV of a message to come: channel                            90
//   24 seal with it: channel, IV, size of the AAD, AAD, text                92
//   25 rotate the IV: channel                                               91
//   26 so many were sealed before the rotation: channel, u64                91
//   27 may the key rotate: channel                                          91
//   28 set the message counter: channel, u64                                91
//   29 set the counter of the next channel: key, u64                        91
//   2a set the limit of a key's work: key, u64                              91
//
//   90 a number     91 done     92 version, tag (16 bytes), text     93 text
//   9e refused: the name of a transfer::Status, as in "INVALID_DATA"    9f the process cannot do that
#pragma once

#include <chrono>

#include "conformance/lab/transfer_dut.h"

namespace assay::lab {

enum class PathFrame : uint8_t {
    make_key = 0x10,
    rotate_key = 0x11,
    close_key = 0x12,
    next_channel = 0x13,
    seal = 0x20,
    open = 0x21,
    skip = 0x22,
    take_iv = 0x23,
    seal_with = 0x24,
    rotate_iv = 0x25,
    ended = 0x26,
    may_rotate = 0x27,
    set_counted = 0x28,
    set_next_channel = 0x29,
    set_work_limit = 0x2a,
    number = 0x90,
    done = 0x91,
    block = 0x92,
    text = 0x93,
    refused = 0x9e,
    cannot = 0x9f,
};

// Starts the command, a line of shell, and starts it anew after it has ended. `timeout`: for each answer.
std::unique_ptr<PathTarget> exec_path(std::string command, std::chrono::milliseconds timeout);

}  // namespace assay::lab
