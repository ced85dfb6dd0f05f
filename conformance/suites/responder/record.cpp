// Records that are not what the requester sealed (DSP0277): changed, cut, of no session.
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

// Length, and nothing else, says something else than there is.
using LengthEdit = size_t (*)(size_t length);

Case wrong_length(const char* id, const char* title, LengthEdit edit) {
    return {
        .id = id,
        .title = title,
        .requirements = {"SPDM-SEC-010"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [edit](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-010");
            Bytes record = TRY(bad.due());
            size_t at = header_size(test) - 2;
            size_t length = record.size() - header_size(test);
            store(record, at, static_cast<uint32_t>(edit(length)), 2);
            return bad.refuse(record);
        },
    };
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

const Case kCases[] = {
    {
        .id = "sec/flipped",
        .title = "A record with any byte changed is refused",
        .requirements = {"SPDM-SEC-002", "SPDM-SEC-001"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) { return flipped(test, {}); },
    },
    {
        .id = "sec/flipped-mac-only",
        .title = "So is one that is not encrypted",
        .requirements = {"SPDM-SEC-002", "SPDM-SEC-001"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) { return flipped(test, unencrypted); },
    },
    // A bad record before the handshake is over.
    {
        .id = "sec/flipped-in-handshake",
        .title = "So is one of a handshake",
        .requirements = {"SPDM-SEC-002"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-002", [](CaseContext& on) { return in_handshake(on); });
            for (size_t back : {size_t{1}, kTagSize + 1}) {
                Bytes record = TRY(bad.due());
                record[record.size() - back] ^= 1;
                TRY(bad.refuse(record));
            }
            return {};
        },
    },
    {
        .id = "sec/decrypt-error",
        .title = "DecryptError comes inside the session, and ends it",
        .requirements = {"SPDM-SEC-025", "SPDM-SEC-002"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-002");
            for (size_t back : {size_t{1}, kTagSize, kTagSize + 1}) {
                Bytes record = TRY(bad.due());
                record[record.size() - back] ^= 0x80;
                TRY(bad.refuse(record));
            }
            return {};
        },
    },
    // Well sealed, for a session that there is not; and with a bare message in place of what was sealed.
    {
        .id = "sec/unknown-session",
        .title = "A record of no session gets no answer",
        .requirements = {"SPDM-SEC-001"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    wrong_length("sec/length-0", "A Length of zero is refused", [](size_t) { return size_t{0}; }),
    wrong_length("sec/length-15", "A Length that has no room for the MAC is refused",
                 [](size_t) { return kTagSize - 1; }),
    wrong_length("sec/length-0xffff", "A Length far beyond the end is refused",
                 [](size_t) { return size_t{0xffff}; }),
    wrong_length("sec/length-one-more", "A Length beyond the end by one is refused",
                 [](size_t length) { return length + 1; }),
    wrong_length("sec/length-one-less", "A Length that leaves one byte out is refused",
                 [](size_t length) { return length - 1; }),
    {
        .id = "sec/length-authentic",
        .title = "A Length beyond the end is refused though the MAC covers it",
        .requirements = {"SPDM-SEC-010"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
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
                    record,
                    refused(ErrorCode::decrypt_error, {ErrorCode::invalid_request, ErrorCode::unspecified})));
            }
            return {};
        },
    },
    // Not even a MAC is there.
    {
        .id = "sec/without-mac",
        .title = "A record that has no MAC is refused",
        .requirements = {"SPDM-SEC-010"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-010");
            for (size_t length : {size_t{0}, size_t{1}, kTagSize - 1}) {
                Bytes record = TRY(bad.due());
                record.resize(header_size(test) + length);
                store(record, header_size(test) - 2, static_cast<uint32_t>(length), 2);
                TRY(bad.refuse(record));
            }
            return {};
        },
    },
    // Cut inside its header, what padding makes whole again left out.
    {
        .id = "sec/cut-in-header",
        .title = "A record that ends in its header gets no answer",
        .requirements = {"SPDM-SEC-027"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // Cut behind its header: at each end of a field, and inside each.
    {
        .id = "sec/cut-in-body",
        .title = "A record that ends behind its header is refused",
        .requirements = {"SPDM-SEC-010"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-010");
            size_t whole = TRY(bad.due()).size();
            size_t header = header_size(test);
            for (size_t size :
                 {header, header + 1, header + 2, whole - kTagSize - 1, whole - kTagSize, whole - 1}) {
                Bytes record = TRY(bad.due());
                record.resize(size);
                TRY(bad.refuse(record));
            }
            return {};
        },
    },
    // Bytes behind a record: as many as a transport pads, and a few more. Where nothing is padded, who counts
    // the bytes may refuse them (vectors/disputes.json, DISPUTE-TRAILING-BYTES).
    {
        .id = "sec/behind-length",
        .title = "What lies behind a record does not change it",
        .requirements = {"SPDM-SEC-028"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            bool pads = test.lab().dut().alignment() != 1;
            for (Bytes more : {Bytes{0}, Bytes{0, 0, 0}, Bytes{0xa5, 0x5a}, Bytes(16)}) {
                uint32_t id = TRY(established(test));
                Exchange exchange = TRY(test.lab().send_record(concat({TRY(due_record(test, id)), more}), {},
                                                               lab::Wait::silence));
                TRY(expect_inside(test, exchange));
                if (!pads && !goes_on(exchange)) continue;
                TRY(test.expect_that(goes_on(exchange), "SPDM-SEC-028", "an answer inside the session",
                                     lab::describe(exchange)));
                TRY(expect_goes_on(test, id, "SPDM-SEC-028"));
            }
            return {};
        },
    },
};

}  // namespace

void add_record(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
