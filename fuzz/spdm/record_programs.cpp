// Records and key schedules by themselves.
#include <fmt/format.h>

#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/targets.h"
#include "stack/base/reader.h"
#include "stack/spdm/session.h"
#include "stack/wire/messages/secured_message.h"

namespace assay::fuzz {

namespace {

using namespace wire;
using spdm::Direction;

constexpr uint32_t kRecord = 100, kSchedule = 101;

const record::Transport& transport_of(uint8_t choice) {
    switch (choice & 3) {
        case 0: return record::mctp();
        case 1: return record::doe();
        case 2: return record::tcp();
        default: return record::none();
    }
}

spdm::Parameters parameters_of(uint8_t choice) {
    constexpr Version kVersionsWithSessions[] = {Version::v1_1, Version::v1_2, Version::v1_3, Version::v1_4};
    spdm::Parameters p;
    p.version = kVersionsWithSessions[choice >> 2 & 3];
    p.base_hash = (choice & 0x10) != 0 ? 2 : 1;
    p.aead = static_cast<uint16_t>(1U << (choice >> 5) % 3);
    p.requester_flags = p.responder_flags = cap::mac | cap::encrypt | cap::key_ex;
    return p;
}

// A session in its application phase whose secrets are the same in every run.
spdm::Session fixed_session(const crypto::Provider& provider, uint8_t choice, bool mac_only) {
    spdm::Parameters p = parameters_of(choice);
    if (mac_only) p.requester_flags &= ~cap::encrypt;
    spdm::SessionSetup setup;
    setup.id = 0xfffeffff;
    setup.transport = &transport_of(choice);
    spdm::Session session(provider, setup, p, as_bytes("VCA"), spdm::Checker());
    session.begin(as_bytes("a shared secret"));
    session.establish();
    return session;
}

uint32_t outcome(const spdm::Checked<Bytes>& opened) {
    return opened ? 0 : 1 + static_cast<uint32_t>(opened.error().check);
}

void open_record(const crypto::Provider& provider, ByteView input) {
    if (input.size() < 2) return;
    uint8_t choice = input[0], how = input[1];
    bool mac_only = (how & 1) != 0;
    ByteView rest = input.subspan(2);
    spdm::Session receiver = fixed_session(provider, choice, mac_only);
    uint64_t next = (how & 8) != 0 ? 0x12345 : 0;
    receiver.set_sequence(Direction::request, next);
    const record::Transport& transport = receiver.transport();
    // With bit 1 the rest is a record as it is, else the plaintext of one that is sealed as it is due.
    Bytes record = to_bytes(rest);
    bool sealed = (how & 2) == 0;
    if (sealed) {
        auto made = receiver.key(Direction::request)
                        .seal_raw(receiver.seal_options(Direction::request), transport, rest);
        if (!made) return;
        record = std::move(*made);
    }
    // Then one byte of it may be another.
    bool touched = sealed && (how & 4) != 0 && !record.empty();
    if (touched) record[how >> 4 & 0x0f & (record.size() - 1)] ^= 0x40;
    Exact exact(record);
    auto parsed = record::parse(exact, transport);
    if (!parsed) return feature(kRecord, 0, choice & 3);
    auto opened = receiver.open(Direction::request, *parsed, spdm::Checker(), spdm::kResponderRecordChecks);
    feature(kRecord, 1 + outcome(opened), choice & 3U, how & 7U);
    if (opened) reached(fmt::format("a record opened on transport {}", choice & 3));
    bool moved = receiver.sequence(Direction::request) != next;
    if (moved != opened.has_value())
        violated("a number is used up by a record that opened, and by no other", to_hex(record));
    if (!opened) return;
    if (touched && parsed->session_id == receiver.id())
        violated("a record that was changed does not open", to_hex(record));
    auto again = receiver.open(Direction::request, *parsed, spdm::Checker(), spdm::kResponderRecordChecks);
    if (again) violated("a record opens once", to_hex(record));
}

// What one end adds to its transcript, and what the other.
struct Ends {
    spdm::Session requester, responder;
};

}  // namespace

void record_open(ByteView input) { open_record(crypto::fast_provider(), input); }
void record_open_real(ByteView input) { open_record(crypto::openssl_provider(), input); }

// Both ends make a session from transcripts that are the same, or differ where the input says: one byte for
// the parameters, one for the difference (bits 1:0: none, in TH1, in TH2, in the secret), the rest is cut
// into messages. Then keys, verify data and records agree if and only if nothing differed.
void key_schedule_diff(ByteView input) {
    if (input.size() < 3) return;
    uint8_t choice = input[0], difference = input[1];
    ByteView rest = input.subspan(2);
    const crypto::Provider& provider =
        (difference & 0x80) != 0 ? crypto::openssl_provider() : crypto::fast_provider();
    spdm::Parameters p = parameters_of(choice);
    spdm::SessionSetup setup;
    setup.id = 1;
    setup.transport = &transport_of(choice);
    setup.kind = (difference & 4) != 0 ? spdm::SessionKind::psk : spdm::SessionKind::key_exchange;
    Ends ends{{provider, setup, p, as_bytes("VCA"), spdm::Checker()},
              {provider, setup, p, as_bytes("VCA"), spdm::Checker()}};
    size_t half = rest.size() / 2;
    Bytes first = to_bytes(rest.first(half)), second = to_bytes(rest.subspan(half));
    Bytes secret = Bytes(32, choice);
    uint8_t where = difference & 3;
    auto changed = [&](Bytes bytes, uint8_t at) {
        if (where != at) return bytes;
        if (bytes.empty()) bytes.push_back(0);
        bytes[difference >> 3 & 7 & (bytes.size() - 1)] ^= 1;
        return bytes;
    };
    ends.requester.add_th(first);
    ends.responder.add_th(changed(first, 1));
    ends.requester.begin(secret);
    ends.responder.begin(changed(secret, 3));
    bool th1 = where == 0 || where == 2;
    for (Direction way : {Direction::request, Direction::response}) {
        bool verifies = ends.responder.verifies(way, ends.requester.verify_data(way).view());
        if (verifies != th1) violated("verify data agrees when TH1 and secret do", to_hex(input));
    }
    ends.requester.add_th(second);
    ends.responder.add_th(changed(second, 2));
    ends.requester.establish();
    ends.responder.establish();
    bool same = where == 0;
    for (Direction way : {Direction::request, Direction::response}) {
        if (equal_secret(ends.requester.schedule().secret(way).view(),
                         ends.responder.schedule().secret(way).view()) != same)
            violated("data secrets agree when both transcripts and the secret do", to_hex(input));
    }
    for (int generation = 0; generation < 3; ++generation) {
        auto record = ends.requester.seal(Direction::request, first);
        if (!record) break;
        auto parsed = record::parse(*record, *setup.transport);
        auto opened =
            ends.responder.open(Direction::request, *parsed, spdm::Checker(), spdm::kResponderRecordChecks);
        if (opened.has_value() != same || (opened && *opened != first))
            violated("records open when the keys agree", to_hex(input));
        if (!same) break;
        ends.requester.update(Direction::request);
        ends.responder.update(Direction::request);
        if ((difference & 0x40) != 0) ends.responder.confirm(Direction::request);
    }
    feature(kSchedule, where, choice, difference >> 7);
    reached(fmt::format("difference {}", where));
}

}  // namespace assay::fuzz
