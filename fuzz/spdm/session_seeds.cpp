#include "fuzz/spdm/session_seeds.h"

#include <fmt/format.h>

#include "fuzz/spdm/session_steps.h"
#include "stack/wire/codes.h"

namespace assay::fuzz {

namespace {

using Steps = std::vector<SessionStep>;

SessionStep step(StepKind kind, uint16_t seed = 0, uint8_t session = 0) {
    SessionStep one;
    one.kind = kind;
    one.seed = seed;
    one.session = session;
    return one;
}

SessionStep sealed(SessionStep one, SealMode seal) {
    one.seal = seal;
    return one;
}

SessionStep edited(SessionStep one, EditMode edit, Bytes extra = {}) {
    one.edit = edit;
    one.extra = std::move(extra);
    return one;
}

Steps joined(std::initializer_list<Steps> parts) {
    Steps all;
    for (const Steps& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

// The requester is asked, answers, and finishes; where it is not asked its polls are refused.
Steps handshake() {
    Steps steps = {step(StepKind::key_exchange), step(StepKind::get_encapsulated)};
    for (int i = 0; i < 4; ++i) steps.push_back(step(StepKind::deliver));
    steps.push_back(step(StepKind::finish));
    return steps;
}

Steps use() {
    SessionStep vendor = step(StepKind::vendor_defined);
    vendor.extra = {1, 2, 3};
    return {step(StepKind::heartbeat),           step(StepKind::get_measurements, 2),
            step(StepKind::get_measurements, 3), step(StepKind::key_update, 1),
            step(StepKind::key_update, 3),       step(StepKind::key_update, 2),
            step(StepKind::key_update, 3),       vendor,
            step(StepKind::get_digests),         step(StepKind::end_session)};
}

Steps tampered() {
    Steps steps;
    for (uint8_t mode = 1; mode < kSealModes; ++mode) {
        steps.push_back(sealed(step(StepKind::heartbeat, 0x0155, 0), static_cast<SealMode>(mode)));
    }
    return steps;
}

}  // namespace

void write_session_seeds(const WriteSeed& write) {
    const Steps psk = {step(StepKind::psk_exchange), step(StepKind::psk_finish)};
    const Steps asked = {step(StepKind::ask_key_update), step(StepKind::get_encapsulated),
                         step(StepKind::deliver), step(StepKind::deliver)};
    SessionStep twice = step(StepKind::heartbeat);
    twice.twice = true;
    SessionStep misplaced = step(StepKind::finish);
    misplaced.misplaced = true;
    const std::pair<const char*, Steps> programs[] = {
        {"exchange", joined({handshake(), use()})},
        {"psk", joined({psk, use()})},
        {"two", joined({handshake(),
                        psk,
                        {step(StepKind::heartbeat, 0, 1), step(StepKind::end_session, 0, 0),
                         step(StepKind::heartbeat, 0, 0)}})},
        {"tampered", joined({psk, tampered()})},
        {"tampered_exchange", joined({handshake(),
                                      {sealed(step(StepKind::heartbeat), SealMode::stale)},
                                      psk,
                                      {sealed(step(StepKind::heartbeat), SealMode::other_session)}})},
        {"repeated", joined({psk, {twice, step(StepKind::earlier_record)}})},
        {"device_update", joined({psk, asked, {step(StepKind::heartbeat)}})},
        {"mixed_finish",
         {step(StepKind::key_exchange), step(StepKind::psk_finish), step(StepKind::psk_exchange),
          step(StepKind::finish, 0, 1), misplaced}},
        {"bad_finish",
         {step(StepKind::key_exchange), edited(step(StepKind::finish, 1), EditMode::repaired),
          edited(step(StepKind::finish, 7), EditMode::broken), step(StepKind::finish)}},
        {"old_key",
         joined({psk,
                 {sealed(step(StepKind::heartbeat), SealMode::ahead), step(StepKind::key_update, 1),
                  step(StepKind::key_update, 3), step(StepKind::earlier_record, 1)}})},
        {"measured_outside",
         joined({{sealed(step(StepKind::get_measurements, 0xff00), SealMode::plain)},
                 psk,
                 {step(StepKind::get_measurements, 0xff01), step(StepKind::get_measurements, 0xff00),
                  sealed(step(StepKind::get_measurements, 0xff01), SealMode::plain)}})},
        {"own_half_again",
         {step(StepKind::key_exchange), edited(step(StepKind::key_exchange), EditMode::repaired)}},
        {"beats", joined({psk,
                          {step(StepKind::wait, 15), step(StepKind::get_digests), step(StepKind::wait, 15),
                           step(StepKind::get_digests), step(StepKind::end_session)}})},
        {"begun_anew",
         {sealed(step(StepKind::get_digests), SealMode::plain), step(StepKind::key_exchange),
          sealed(step(StepKind::challenge), SealMode::plain)}},
        {"silence", joined({psk,
                            {step(StepKind::wait, 15), step(StepKind::heartbeat), step(StepKind::wait, 30),
                             step(StepKind::heartbeat)}})},
        {"renegotiated", joined({psk, {step(StepKind::negotiate, 0x0b04)}, handshake()})},
        {"full", joined({psk, psk, psk, psk})},
        {"flow_left_open",
         {step(StepKind::key_exchange), step(StepKind::get_encapsulated), step(StepKind::negotiate, 0x0b04),
          step(StepKind::get_digests), sealed(step(StepKind::get_digests), SealMode::plain)}},
        {"identity_withheld",
         {step(StepKind::key_exchange), step(StepKind::get_encapsulated),
          edited(step(StepKind::deliver), EditMode::repaired, Bytes(8, 0)),
          edited(step(StepKind::finish, 1), EditMode::repaired)}},
        {"outside",
         {sealed(step(StepKind::heartbeat), SealMode::plain),
          sealed(step(StepKind::key_update, 1), SealMode::plain),
          sealed(step(StepKind::end_session), SealMode::plain)}},
        {"challenged",
         {step(StepKind::get_digests), step(StepKind::challenge), step(StepKind::get_encapsulated),
          step(StepKind::deliver), step(StepKind::deliver), step(StepKind::deliver),
          step(StepKind::deliver)}},
        {"wrong_hint", {edited(step(StepKind::psk_exchange), EditMode::repaired, {1, 2, 3})}},
        {"odd_opaque", {edited(step(StepKind::key_exchange), EditMode::repaired, Bytes(16, 0))}},
        {"raw",
         {edited(step(StepKind::heartbeat), EditMode::replaced, {0x12, 0xff, 0, 0}),
          edited(step(StepKind::raw_record), EditMode::none, Bytes(40, 0xff))}},
    };
    for (uint8_t device = 0; device < 4; ++device) {
        for (uint8_t how = 0; how < 64; ++how) {
            // Every version with every offer of the first device, and a few of the others.
            if (device != 0 && how % 5 != device) continue;
            for (const auto& [name, steps] : programs) {
                Bytes prefix = {device, how, static_cast<uint8_t>(how % 6 | how % 3 << 3)};
                write("session_program", fmt::format("{}_{}_{:02x}", name, device, how),
                      concat({prefix, to_input(steps)}));
            }
        }
    }
    // Each message with one field of it changed, alone and where it belongs.
    constexpr StepKind kChanged[] = {
        StepKind::key_exchange,     StepKind::finish,         StepKind::psk_exchange,    StepKind::psk_finish,
        StepKind::deliver,          StepKind::vendor_defined, StepKind::get_certificate, StepKind::challenge,
        StepKind::get_measurements, StepKind::key_update,     StepKind::end_session};
    for (uint16_t seed = 0; seed < 96; ++seed) {
        for (StepKind kind : kChanged) {
            bool exchanged = kind == StepKind::finish || kind == StepKind::deliver;
            Steps steps = {step(exchanged ? StepKind::key_exchange : StepKind::psk_exchange)};
            if (kind == StepKind::deliver) steps.push_back(step(StepKind::get_encapsulated));
            if (!exchanged && kind != StepKind::psk_finish) steps.push_back(step(StepKind::psk_finish));
            steps.push_back(edited(step(kind, seed), EditMode::broken));
            steps.push_back(edited(step(kind, static_cast<uint16_t>(seed + 1)), EditMode::repaired, {9, 9}));
            Bytes prefix = {static_cast<uint8_t>(seed % 4), static_cast<uint8_t>(seed * 7),
                            static_cast<uint8_t>(seed % 6 | seed % 3 << 3)};
            write("session_program", fmt::format("changed_{}_{}", static_cast<int>(kind), seed),
                  concat({prefix, to_input(steps)}));
        }
    }
    // What the requester says of itself, changed at each step; and finishes that end too soon.
    for (uint16_t seed = 0; seed < 64; ++seed) {
        for (size_t at : {2U, 3U, 4U}) {
            Steps steps = handshake();
            steps[at] = edited(step(StepKind::deliver, seed), EditMode::repaired);
            Bytes prefix = {static_cast<uint8_t>(seed % 2), static_cast<uint8_t>(seed),
                            static_cast<uint8_t>(seed % 6 | seed % 3 << 3)};
            write("session_program", fmt::format("identity_{}_{}", at, seed),
                  concat({prefix, to_input(steps)}));
        }
        for (bool psk_finish : {false, true}) {
            for (uint8_t version : Bytes{0x11, 0x14}) {
                Steps steps = {step(psk_finish ? StepKind::psk_exchange : StepKind::key_exchange)};
                const Bytes whole{
                    version, psk_finish ? byte(wire::code::psk_finish) : byte(wire::code::finish), 0, 0, 0};
                steps.push_back(edited(step(psk_finish ? StepKind::psk_finish : StepKind::finish),
                                       EditMode::replaced, to_bytes(ByteView(whole).first(4 + seed % 2))));
                Bytes prefix = {static_cast<uint8_t>(seed / 4 % 4), static_cast<uint8_t>(seed),
                                static_cast<uint8_t>(seed % 6)};
                write("session_program",
                      fmt::format("short_{}_{:02x}_{}", psk_finish ? "psk" : "finish", version, seed),
                      concat({prefix, to_input(steps)}));
            }
        }
    }
    // A chain of the requester whose portions are empty, and never the last.
    for (uint8_t device : Bytes{0, 1}) {
        for (uint8_t how = 0; how < 8; ++how) {
            const Bytes empty{
                static_cast<uint8_t>(0x11 + how % 4), byte(wire::code::certificate), 0, 0, 0, 0, 16, 0};
            const SessionStep more = edited(step(StepKind::deliver), EditMode::repaired, empty);
            Steps steps = handshake();
            steps.resize(3);
            steps.insert(steps.end(), {more, more});
            Bytes prefix = {device, how, 0};
            write("session_program", fmt::format("empty_portions_{}_{}", device, how),
                  concat({prefix, to_input(steps)}));
        }
    }
    // A walk that goes through, and one meddled with at each message and in each way.
    for (uint8_t how = 0; how < 64; ++how) {
        for (uint8_t walk = 0; walk < 12; ++walk) {
            Bytes prefix = {static_cast<uint8_t>(how % 4), how, static_cast<uint8_t>(how % 6), walk};
            write("mitm_program", fmt::format("honest_{:02x}_{}", how, walk), prefix);
            for (uint8_t fate = 1; fate < 8; ++fate) {
                std::vector<Step> meddling((how * 5U + fate * 3U) % kMaxSteps);
                meddling.push_back({fate, {9, 0, 0x20}});
                write("mitm_program", fmt::format("meddled_{:02x}_{}_{}", how, walk, fate),
                      concat({prefix, to_input(meddling)}));
            }
        }
    }
    for (uint8_t choice = 0; choice < 128; choice = static_cast<uint8_t>(choice + 3)) {
        for (uint8_t how : Bytes{0x00, 0x01, 0x02, 0x04, 0x08, 0x45, 0x09}) {
            write("record_open", fmt::format("{:02x}_{:02x}", choice, how),
                  concat({Bytes{choice, how}, Bytes{6, 0, 5, 0x12, 0xe8, 0, 0, 1, 2}}));
        }
        for (uint8_t difference = 0; difference < 8; ++difference) {
            write("key_schedule_diff", fmt::format("{:02x}_{:02x}", choice, difference),
                  concat({Bytes{choice, difference}, Bytes(24, choice)}));
        }
    }
    for (uint8_t choice : Bytes{0, 1}) {
        write("record_open", fmt::format("raw_{}", choice),
              concat(
                  {Bytes{choice, 2}, *from_hex("fffffeff1600e01739ddf61111c43168972704a9b81466380dbb4013")}));
    }
}

}  // namespace assay::fuzz
