// Faults in the records that carry answers: repeated, reordered, moved, made with other keys, or malformed.
#include <algorithm>

#include "conformance/suites/requester/fault.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;
using spdm::Direction;

namespace {

constexpr size_t kHeader = 6;  // without a sequence number
// So many records that the limit is met between a request and its answer: the requester's key is updated, the
// responder's is not.
constexpr uint8_t kLimitExponent = 2;

using Edit = std::function<void(const FaultContext& now, Bytes& record)>;

// To the answers to one kind of request, inside sessions.
RecordFault to(wire::Code code, const Edit& edit) {
    return [=](const FaultContext& now, Bytes& record, bool&) {
        if (code_of(now.request) == code && record.size() > kHeader) edit(now, record);
    };
}
RecordFault to_digests(const Edit& edit) { return to(code::get_digests, edit); }

// The right answer, sealed otherwise.
RecordFault sealed(const lab::Sealing& how, wire::Code code = code::get_digests) {
    return to(code, [how](const FaultContext& now, Bytes& record) { record = now.seal(now.honest, how); });
}
RecordFault ahead(uint64_t by) {
    return to_digests([by](const FaultContext& now, Bytes& record) {
        uint64_t due = now.sessions->at(*now.session).channel.sequence(Direction::response);
        record = now.seal(now.honest, {.sequence = due + by});
    });
}
// Under the number that is due, with another in the header.
RecordFault stated(uint64_t change) {
    return to_digests([change](const FaultContext& now, Bytes& record) {
        uint64_t due = now.sessions->at(*now.session).channel.sequence(Direction::response);
        record = now.seal(now.honest, {.stated = due ^ change});
    });
}
RecordFault flipped(size_t at) {
    return to_digests(
        [at](const FaultContext&, Bytes& record) { record.at(std::min(at, record.size() - 1)) ^= 1; });
}
// The last answer once more.
void repeat(const FaultContext& now, Bytes& record) {
    for (auto seen = now.log.rbegin(); seen != now.log.rend(); ++seen) {
        if (seen->session != now.session || seen->response_record.empty()) continue;
        record = seen->response_record;
        return;
    }
}
// What the requester sent comes back.
void reflect(const FaultContext& now, Bytes& record) {
    record = now.seal(now.request, {.keys = Direction::request});
}

std::optional<uint32_t> other_session(const FaultContext& now) {
    for (const auto& [id, session] : *now.sessions) {
        if (id != now.session) return id;
    }
    return std::nullopt;
}

void add(std::vector<FaultRow>& rows, FaultRow row, unsigned sessions = 1) {
    row.flow = by_exchange(sessions);
    rows.push_back(std::move(row));
}

void add_tags(std::vector<FaultRow>& rows) {
    auto tag = [&](RecordFault fault, std::string also = {}) {
        add(rows, {.check = Check::answer_record_tag, .also = std::move(also), .record = std::move(fault)});
    };
    // Its ciphertext from the front, and its MAC.
    for (size_t at : {kHeader, kHeader + 2, size_t{40}, size_t{4096}}) tag(flipped(at));
    tag(to_digests(repeat), "SPDM-ATK-101");
    tag(ahead(1), "SPDM-ATK-103");
    tag(ahead(3), "SPDM-ATK-102");
    tag(to_digests(reflect), "SPDM-ATK-104");
    tag(sealed({.keys = Direction::request}), "SPDM-SEC-117");
    tag(sealed({.keys = Direction::request}, code::finish), "SPDM-SEC-117");
    tag(sealed({.order = record::NonceOrder::big}), "SPDM-SEC-108");
    // Authenticated but not encrypted.
    add(rows, {.check = Check::answer_record_tag,
               .setup = without(cap::encrypt),
               .also = "SPDM-SEC-102",
               .record = flipped(kHeader)});
}

void add_numbers(std::vector<FaultRow>& rows) {
    auto numbered = [&](RecordFault fault, std::string also) {
        add(rows, {.check = Check::answer_record_sequence,
                   .setup = over(record::mctp()),
                   .also = std::move(also),
                   .record = std::move(fault)});
    };
    numbered(ahead(1), "SPDM-SEC-104");
    numbered(ahead(2), "SPDM-ATK-103");
    numbered(to_digests(repeat), "SPDM-ATK-101");
    numbered(stated(0x0001), "SPDM-SEC-129");
    numbered(stated(0x8000), "SPDM-SEC-129");
    add(rows, {.check = Check::answer_record_limit,
               .setup =
                   [](Ends& ends) {
                       ends.device.secured_versions = ends.settings.secured_versions = {spdm::kSecured1_3};
                       ends.settings.aead_limit_exponent = kLimitExponent;
                   },
               .also = "SPDM-SEC-120",
               // The device itself falls silent then.
               .record =
                   [](const FaultContext& now, Bytes& record, bool&) {
                       if (!record.empty() || code_of(now.request) != code::key_update) return;
                       record = now.seal(Bytes{version_byte(now.request), byte(code::key_update_ack),
                                               param1(now.request), param2(now.request)});
                   }});
    rows.back().flow.all_key_updates = 0;
    rows.back().flow.key_updates = 3;
}

void add_forms(std::vector<FaultRow>& rows) {
    auto form = [&](Check check, RecordFault fault, const Setup& setup = {}) {
        add(rows, {.check = check, .setup = setup, .record = std::move(fault)});
    };
    form(Check::answer_record_length, sealed({.longer = 4}));
    form(Check::answer_record_length, to_digests([](const FaultContext&, Bytes& record) {
             record.at(4) = 15;
             record.at(5) = 0;
         }));
    form(Check::answer_record_length,
         to_digests([](const FaultContext&, Bytes& record) { record.pop_back(); }));
    form(Check::response_short,
         to_digests([](const FaultContext&, Bytes& record) { record.resize(kHeader - 1); }));
    form(Check::answer_record_application, to_digests([](const FaultContext& now, Bytes& record) {
             Bytes plain{0xff, 0xff};
             record = now.seal(concat({plain, now.honest}), {.raw = true});
         }));
    form(Check::answer_record_application, to_digests([](const FaultContext& now, Bytes& record) {
             Bytes plain{static_cast<uint8_t>(now.honest.size() + 1), 0};
             record = now.seal(concat({plain, now.honest}), {.raw = true});
         }));
    // No message type before it, and the type of a secured message.
    form(Check::answer_record_inner, sealed({.application = &record::none()}), over(record::mctp()));
    form(Check::answer_record_inner, to_digests([](const FaultContext& now, Bytes& record) {
             const Bytes inside = concat({Bytes{0x06}, now.seal(now.honest)});
             record = now.seal(inside, {.application = &record::none()});
         }),
         over(record::mctp()));
    form(Check::answer_record_inner, sealed({.application = &record::mctp()}), over(record::tcp()));
}

void add_sessions(std::vector<FaultRow>& rows) {
    // The identifier alone, and a record that is good in the other session.
    auto moved = [](const FaultContext& now, Bytes& record) {
        if (auto other = other_session(now)) record = now.seal(now.honest, {.session_id = other});
    };
    auto of_other = [](const FaultContext& now, Bytes& record) {
        if (auto other = other_session(now)) record = now.seal(now.honest, {}, other);
    };
    add(rows, {.check = Check::answer_record_session, .also = "SPDM-ATK-105", .record = to_digests(moved)},
        2);
    add(rows, {.check = Check::answer_record_session, .also = "SPDM-SES-126", .record = to_digests(of_other)},
        2);
    // An identifier of no session.
    add(rows, {.check = Check::answer_record_session, .record = flipped(0)});
    // The other session's keys under this one's identifier.
    add(rows,
        {.check = Check::answer_record_tag,
         .also = "SPDM-ATK-105",
         .record = to_digests([](const FaultContext& now, Bytes& record) {
             if (auto other = other_session(now))
                 record = now.seal(now.honest, {.session_id = now.session}, other);
         })},
        2);
}

}  // namespace

void add_record_faults(std::vector<FaultRow>& rows) {
    add_tags(rows);
    add_numbers(rows);
    add_forms(rows);
    add_sessions(rows);
}

}  // namespace assay::cases::requester
