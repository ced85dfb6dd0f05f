// How long an answer may take (DSP0274, timing requirements).
#pragma once

#include <chrono>
#include <cstdint>

namespace assay::transport {

using Microseconds = std::chrono::microseconds;

// ST1: the time for requests that need no cryptography.
inline constexpr std::chrono::milliseconds kSt1{100};
// Beyond this no exponent is waited for.
inline constexpr Microseconds kLongest = std::chrono::minutes(10);

// 2^exponent microseconds, at most kLongest: CT and RDT.
constexpr Microseconds exponential(uint8_t exponent) {
    if (exponent > 29) return kLongest;
    Microseconds time{int64_t{1} << exponent};
    return time < kLongest ? time : kLongest;
}

// T1 = RTT + ST1 for GET_VERSION, GET_CAPABILITIES and NEGOTIATE_ALGORITHMS; T2 = RTT + CT for everything
// else, and never less than T1: a device is not faster for doing cryptography.
constexpr Microseconds answer_time(bool cryptographic, uint8_t ct_exponent, Microseconds round_trip) {
    Microseconds t1 = round_trip + kSt1;
    Microseconds t2 = round_trip + exponential(ct_exponent);
    return cryptographic && t2 > t1 ? t2 : t1;
}

// WTMax = RDT * RDTM - RTT: the latest time to ask again after ResponseNotReady; 0 when it is over already.
constexpr Microseconds latest_poll(uint8_t rdt_exponent, uint8_t rdtm, Microseconds round_trip) {
    Microseconds most = exponential(rdt_exponent) * rdtm;
    return most > round_trip ? most - round_trip : Microseconds{0};
}

}  // namespace assay::transport
