// Records that are not what the requester sealed (DSP0277): changed, cut, of no session, under the wrong
// keys.
#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/spdm/algorithms.h"

namespace assay::cases {

namespace {

constexpr size_t kIdSize = 4;
constexpr size_t kTagSize = 16;

// SessionID, the sequence number's bytes, Length.
size_t header_size(CaseContext& test) { return kIdSize + test.lab().dut().transport().sequence_size + 2; }

// Little-endian.
void store(Bytes& record, size_t at, uint32_t value, size_t size) {
    for (size_t i = 0; i < size; ++i) record[at + i] = static_cast<uint8_t>(value >> 8 * i);
}

lab::Offer mac_only() { return lab::session_offer(lab::kSessionFlags & ~cap::encrypt); }

// Every byte has one of its bits changed in turn. A record with another SessionID is one of no session.
CheckResult flipped(CaseContext& test, const BadRecords::Open& open) {
    BadRecords bad(test, "SPDM-SEC-002", open);
    size_t size = TRY(bad.due()).size();
    for (size_t i = 0; i < size; ++i) {
        Bytes record = TRY(bad.due());
        record[i] ^= static_cast<uint8_t>(1U << i % 8);
        TRY(i < kIdSize ? bad.ignore(record, "SPDM-SEC-001") : bad.refuse(record));
    }
    return {};
}

// Without encryption the payload is bare, and as well kept as with it.
SessionOr unencrypted(CaseContext& test) {
    uint32_t id = TRY(established(test, mac_only()));
    if (test.lab().session(id)->channel.protection() != record::Protection::mac_only)
        return std::unexpected(CaseContext::not_applicable("the session is encrypted").error());
    return id;
}

CheckResult decrypt_error(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-002");
    for (size_t back : {size_t{1}, kTagSize, kTagSize + 1}) {
        Bytes record = TRY(bad.due());
        record[record.size() - back] ^= 0x80;
        TRY(bad.refuse(record));
    }
    return {};
}

// Well sealed, for a session that there is not; and with a bare message in place of what was sealed.
CheckResult unknown_session(CaseContext& test) {
    lab::Lab& lab = test.lab();
    BadRecords bad(test, "SPDM-SEC-001");
    uint32_t id = TRY(bad.session());
    uint32_t swapped = id << 16 | id >> 16;
    for (uint32_t other : {id ^ 1, id ^ 0x00010000, swapped, uint32_t{0}, UINT32_MAX}) {
        if (other == id) continue;
        TRY(bad.ignore(TRY(lab.seal(id, probe(test), {.session_id = other})), "SPDM-SEC-001"));
        Bytes bare(header_size(test));
        store(bare, 0, other, kIdSize);
        append(bare, probe(test));
        store(bare, header_size(test) - 2, 4, 2);
        TRY(bad.ignore(bare, "SPDM-SEC-001"));
    }
    return {};
}

// Length, and nothing else, says something else than there is.
using LengthEdit = std::function<size_t(size_t length)>;

CheckResult wrong_length(CaseContext& test, const LengthEdit& edit) {
    BadRecords bad(test, "SPDM-SEC-010");
    Bytes record = TRY(bad.due());
    size_t at = header_size(test) - 2;
    size_t length = record.size() - header_size(test);
    store(record, at, static_cast<uint32_t>(edit(length)), 2);
    return bad.refuse(record);
}

// The record that is due with another Length, which the MAC covers: nothing else is wrong with it.
Result<Bytes> sealed_with_length(CaseContext& test, const spdm::Session& channel, size_t length) {
    lab::Lab& lab = test.lab();
    const spdm::KeySchedule& schedule = channel.schedule();
    ByteView secret = schedule.secret(Direction::request).view();
    auto algorithm = spdm::aead_algo(lab.seen().parameters().aead);
    if (!algorithm) return fail(Errc::state, "AEAD", Error::npos, "none was negotiated");
    auto aead = TRY(lab.provider().new_aead(*algorithm, schedule.aead_key(secret).view()));
    Bytes iv = to_bytes(schedule.aead_iv(secret).view());
    uint64_t number = channel.sequence(Direction::request);
    for (size_t i = 0; i < sizeof number; ++i) iv[i] ^= static_cast<uint8_t>(number >> 8 * i);

    Bytes record(header_size(test));
    store(record, 0, channel.id(), kIdSize);
    store(record, kIdSize, static_cast<uint32_t>(number), header_size(test) - kIdSize - 2);
    store(record, header_size(test) - 2, static_cast<uint32_t>(length), 2);
    Bytes text = record::to_application(channel.transport(), probe(test));
    if (channel.protection() == record::Protection::mac_only) {
        append(record, text);
        text.clear();
    } else {
        const Bytes size{static_cast<uint8_t>(text.size()), 0};
        text = concat({size, text});
    }
    Bytes sealed(text.size() + kTagSize);
    const ByteView parts[] = {text};
    TRY(aead->seal(iv, record, parts, sealed));
    return concat({record, sealed});
}

CheckResult authentic_length(CaseContext& test) {
    lab::Lab& lab = test.lab();
    BadRecords bad(test, "SPDM-SEC-010");
    size_t right = TRY(bad.due()).size() - header_size(test);
    // First the control: with the right length the record is accepted.
    Bytes record = TRY(sealed_with_length(test, bad.channel(), right));
    TRY(test.expect_that(goes_on(TRY(lab.send_record(record))), "SPDM-SEC-010", "an answer", "none"));
    for (size_t length : {right + 1, size_t{0xffff}}) {
        TRY(bad.session());
        record = TRY(sealed_with_length(test, bad.channel(), length));
        TRY(bad.refuse_authentic(
            record, refused(ErrorCode::decrypt_error, {ErrorCode::invalid_request, ErrorCode::unspecified})));
    }
    return {};
}

// Not even a MAC is there.
CheckResult only_header(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-010");
    for (size_t length : {size_t{0}, size_t{1}, kTagSize - 1}) {
        Bytes record = TRY(bad.due());
        record.resize(header_size(test) + length);
        store(record, header_size(test) - 2, static_cast<uint32_t>(length), 2);
        TRY(bad.refuse(record));
    }
    return {};
}

// Cut inside its header, what padding makes whole again left out.
CheckResult cut_in_header(CaseContext& test) {
    size_t header = header_size(test);
    for (size_t size = 1; size < header; ++size) {
        if (test.lab().arriving(size) >= header) continue;
        BadRecords bad(test, "SPDM-SEC-027");
        Bytes record = TRY(bad.due());
        record.resize(size);
        // Where the session's identifier can be read, the refusal may come in that session.
        Allowed allowed = refused(ErrorCode::decrypt_error, {ErrorCode::invalid_request});
        allowed.silence = allowed.equal = true;
        Exchange exchange = TRY(test.lab().send_record(record, probe(test), lab::Wait::silence));
        TRY(test.expect(exchange, allowed, "SPDM-SEC-027"));
        if (exchange.silent()) TRY(expect_goes_on(test, bad.channel().id(), "SPDM-SEC-027"));
    }
    return {};
}

// Cut behind its header: at each end of a field, and inside each.
CheckResult cut_in_body(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-010");
    size_t whole = TRY(bad.due()).size();
    size_t header = header_size(test);
    for (size_t size : {header, header + 1, header + 2, whole - kTagSize - 1, whole - kTagSize, whole - 1}) {
        Bytes record = TRY(bad.due());
        record.resize(size);
        TRY(bad.refuse(record));
    }
    return {};
}

// Bytes behind a record: as many as a transport pads, and a few more. Where nothing is padded, who counts the
// bytes may refuse them (vectors/disputes.json, DISPUTE-TRAILING-BYTES).
CheckResult behind_length(CaseContext& test) {
    bool pads = test.lab().dut().alignment() != 1;
    for (Bytes more : {Bytes{0}, Bytes{0, 0, 0}, Bytes{0xa5, 0x5a}, Bytes(16)}) {
        uint32_t id = TRY(established(test));
        Exchange exchange =
            TRY(test.lab().send_record(concat({TRY(due_record(test, id)), more}), {}, lab::Wait::silence));
        TRY(expect_inside(test, exchange));
        if (!pads && !goes_on(exchange)) continue;
        TRY(test.expect_that(goes_on(exchange), "SPDM-SEC-028", "an answer inside the session",
                             lab::describe(exchange)));
        TRY(expect_goes_on(test, id, "SPDM-SEC-028"));
    }
    return {};
}

CheckResult replay(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-003");
    Bytes at_once = TRY(bad.due());
    TRY(test.lab().send_record(at_once));
    TRY(bad.refuse(at_once));
    Bytes later = TRY(bad.due());
    TRY(test.lab().send_record(later));
    TRY(expect_goes_on(test, TRY(bad.session()), "SPDM-SEC-003"));
    return bad.refuse(later);
}

CheckResult gap(CaseContext& test) {
    for (uint64_t further : std::initializer_list<uint64_t>{1, 2, 0x100, 0x10000}) {
        BadRecords bad(test, "SPDM-SEC-004");
        TRY(bad.refuse(TRY(due_record(test, TRY(bad.session()), further))));
    }
    return {};
}

// A record that the device sealed, and one made with its keys.
CheckResult response_keys(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-017");
    uint32_t id = TRY(bad.session());
    Exchange answered = TRY(test.lab().send_in(id, probe(test)));
    TRY(bad.refuse(answered.response_record));
    return bad.refuse(TRY(test.lab().seal(TRY(bad.session()), probe(test), {.keys = Direction::response})));
}

// Both sessions are due the same number.
CheckResult other_session(CaseContext& test) {
    uint32_t first = 0;
    BadRecords bad(test, "SPDM-SEC-018", [&](CaseContext& on) -> SessionOr {
        first = TRY(established(on));
        return another(on);
    });
    uint32_t second = TRY(bad.session());
    Bytes moved = TRY(due_record(test, first));
    store(moved, 0, second, kIdSize);
    TRY(bad.refuse(moved));
    second = TRY(bad.session());
    return bad.refuse(TRY(test.lab().seal(first, probe(test), {.session_id = second})));
}

// Records under the handshake keys, with the numbers that come next there, and with those that the data keys
// begin with.
CheckResult handshake_keys(CaseContext& test) {
    std::vector<Bytes> old;
    BadRecords bad(test, "SPDM-SEC-016", [&](CaseContext& on) -> SessionOr {
        uint32_t id = TRY(in_handshake(on));
        old.clear();
        for (uint64_t number = 0; number < 3; ++number)
            old.push_back(TRY(on.lab().seal(id, probe(on), {.sequence = number})));
        TRY(completed(on, id, "SPDM-FIN-011"));
        return id;
    });
    for (size_t i = 0; i < 3; ++i) {
        TRY(bad.session());
        TRY(bad.refuse(old[i]));
    }
    return {};
}

// A bad record before the handshake is over.
CheckResult in_open_handshake(CaseContext& test) {
    BadRecords bad(test, "SPDM-SEC-002", [](CaseContext& on) { return in_handshake(on); });
    for (size_t back : {size_t{1}, kTagSize + 1}) {
        Bytes record = TRY(bad.due());
        record[record.size() - back] ^= 1;
        TRY(bad.refuse(record));
    }
    return {};
}

// A request outside is answered as if there were no session, whose measurement exchanges it does not touch.
CheckResult plain_beside(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    bool signs = lab.seen().parameters().meas_cap() == cap::meas_sig && test.claims().has(cap::cert) &&
                 lab.seen().parameters().measurement_specification != 0;
    if (signs) {
        Exchange first = TRY(lab.send_in(id, lab.get_measurements(wire::kAllMeasurements, false)));
        TRY(expect_answer_inside(test, first, "SPDM-SEC-024"));
    }
    Exchange outside = TRY(lab.send(probe(test)));
    Allowed allowed{.errors = {}, .answer = true};
    if (!test.claims().has(cap::cert)) allowed = refused(ErrorCode::unsupported_request);
    TRY(test.expect(outside, allowed, "SPDM-SEC-024"));
    if (!signs) return expect_goes_on(test, id, "SPDM-SEC-024");
    Exchange second = TRY(lab.send_in(id, lab.get_measurements(wire::kAllMeasurements, true)));
    return test.expect_signature(second, "SPDM-SEC-024");
}

}  // namespace

void add_record(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(since(v1_1, std::move(one))); };
    auto add_wrong_length = [&](const char* id, const char* title, LengthEdit edit) {
        add(negative(id, title, {"SPDM-SEC-010"},
                     [edit = std::move(edit)](CaseContext& test) { return wrong_length(test, edit); }));
    };
    add(negative("sec/flipped", "A record with any byte changed is refused", {"SPDM-SEC-002", "SPDM-SEC-001"},
                 [](CaseContext& test) { return flipped(test, {}); }));
    add(negative("sec/flipped-mac-only", "So is one that is not encrypted", {"SPDM-SEC-002", "SPDM-SEC-014"},
                 [](CaseContext& test) { return flipped(test, unencrypted); }));
    add(negative("sec/flipped-in-handshake", "So is one of a handshake", {"SPDM-SEC-002"},
                 in_open_handshake));
    add(negative("sec/decrypt-error", "DecryptError comes inside the session, and ends it",
                 {"SPDM-SEC-025", "SPDM-SEC-002"}, decrypt_error));
    add(negative("sec/unknown-session", "A record of no session gets no answer", {"SPDM-SEC-001"},
                 unknown_session));
    add_wrong_length("sec/length-0", "A Length of zero is refused", [](size_t) { return size_t{0}; });
    add_wrong_length("sec/length-15", "A Length that has no room for the MAC is refused",
                     [](size_t) { return kTagSize - 1; });
    add_wrong_length("sec/length-0xffff", "A Length far beyond the end is refused",
                     [](size_t) { return size_t{0xffff}; });
    add_wrong_length("sec/length-one-more", "A Length beyond the end by one is refused",
                     [](size_t length) { return length + 1; });
    add_wrong_length("sec/length-one-less", "A Length that leaves one byte out is refused",
                     [](size_t length) { return length - 1; });
    add(negative("sec/length-authentic", "A Length beyond the end is refused though the MAC covers it",
                 {"SPDM-SEC-010"}, authentic_length));
    add(negative("sec/without-mac", "A record that has no MAC is refused", {"SPDM-SEC-010"}, only_header));
    add(negative("sec/cut-in-header", "A record that ends in its header gets no answer", {"SPDM-SEC-027"},
                 cut_in_header));
    add(negative("sec/cut-in-body", "A record that ends behind its header is refused", {"SPDM-SEC-010"},
                 cut_in_body));
    add(negative("sec/behind-length", "What lies behind a record does not change it", {"SPDM-SEC-028"},
                 behind_length));
    add(negative("sec/replay", "A record is taken once", {"SPDM-SEC-003"}, replay));
    add(negative("sec/gap", "A record is not taken before its turn", {"SPDM-SEC-004"}, gap));
    add(negative("sec/response-keys", "A record under the response keys is refused", {"SPDM-SEC-017"},
                 response_keys));
    add(negative("sec/other-session", "A record of another session is refused", {"SPDM-SEC-018"},
                 other_session));
    add(negative("sec/handshake-keys", "A record under the handshake keys is refused behind the handshake",
                 {"SPDM-SEC-016"}, handshake_keys));
    add(positive("sec/plain-beside", "A request outside is answered as such while a session exists",
                 {"SPDM-SEC-024"}, plain_beside));
}

}  // namespace assay::cases
