// What records hold and how they are sealed (DSP0277): application data, random bytes, algorithms, versions.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/sessions.h"
#include "stack/base/ranges.h"
#include "stack/spdm/secured_opaque.h"

namespace assay::cases {

namespace {

constexpr size_t kTagSize = 16;

// The refusal of a record that is authentic and holds nothing valid: a device that opened it may name what is
// wrong.
Allowed senseless() {
    Allowed allowed =
        refused(ErrorCode::decrypt_error,
                {ErrorCode::invalid_request, ErrorCode::unexpected_request, ErrorCode::unspecified});
    allowed.silence = allowed.equal = true;
    return allowed;
}

SessionOr encrypted(CaseContext& test) {
    uint32_t id = TRY(established(test));
    if (test.lab().session(id)->channel.protection() != record::Protection::encrypt)
        return std::unexpected(CaseContext::not_applicable("the session is not encrypted").error());
    return id;
}

// A record that is due around application data as it is.
Result<Bytes> seal_data(const spdm::Session& channel, ByteView data, ByteView random = {}) {
    return channel.key(Direction::request)
        .seal(channel.seal_options(Direction::request), channel.transport(), data, random);
}

// A session with that secured message version, and no other on offer.
SessionOr with_version(CaseContext& test, uint16_t version) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test, lab::session_offer()));
    Exchange exchange = TRY(lab.send(TRY(lab.key_exchange({.versions = {version}}))));
    if (exchange.error())
        return std::unexpected(
            CaseContext::not_applicable("the device has no such secured message version").error());
    uint32_t id = TRY(begun(test, exchange, "SPDM-SEC-026"));
    TRY(lab.finish_session(id));
    return id;
}

// Nothing that is no SPDM message is taken for one: a record in a record, or another type of message.
CheckResult not_spdm(CaseContext& test, std::string_view rule,
                     const std::function<Result<Bytes>(CaseContext&)>& make) {
    const record::Transport& transport = test.lab().dut().transport();
    BadRecords bad(test, rule);
    TRY(bad.session());
    Bytes data = TRY(make(test));
    // Without a type before it, it may be taken for a message, and be refused as any other.
    Allowed allowed =
        refused(ErrorCode::decrypt_error,
                {ErrorCode::unsupported_request, ErrorCode::version_mismatch, ErrorCode::invalid_request,
                 ErrorCode::unexpected_request, ErrorCode::unspecified});
    allowed.silence = true;
    allowed.equal = transport.spdm_prefix.empty();
    Bytes record = TRY(seal_data(bad.channel(), data));
    return bad.refuse_authentic(record, allowed);
}

// Numbers behind zero, where mistakes about the IV show.
Case sealed_with(const char* name, uint16_t aead) {
    return {
        .id = fmt::format("sec/{}", name),
        .title = fmt::format("Records are sealed with {}", name),
        .requirements = {"SPDM-SEC-007", "SPDM-SEC-002"},
        .since = v1_1,
        .waits = true,
        .run = [aead](CaseContext& test) -> CheckResult {
            lab::Offer offer = lab::session_offer();
            offer.aead = aead;
            uint32_t id = TRY(established(test, offer));
            if (test.lab().seen().parameters().aead != aead)
                return CaseContext::not_applicable("the device does not select that algorithm");
            for (int i = 0; i < 4; ++i) TRY(expect_goes_on(test, id, "SPDM-SEC-007"));
            BadRecords bad(test, "SPDM-SEC-002", [id](CaseContext&) -> SessionOr { return id; });
            Bytes record = TRY(bad.due());
            record.back() ^= 1;
            return bad.refuse(record);
        },
    };
}

const Case kCases[] = {
    // ApplicationDataLength beyond the plaintext, or not even there.
    {
        .id = "sec/application-length",
        .title = "An ApplicationDataLength beyond the plaintext is refused",
        .requirements = {"SPDM-SEC-011"},
        .since = v1_1,
        .needs = cap::encrypt,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-011", encrypted);
            const Bytes message = record::to_application(test.lab().dut().transport(), probe(test));
            auto with_wrong_length = [&](size_t length) {
                Bytes plaintext{static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8)};
                append(plaintext, message);
                return plaintext;
            };
            for (const Bytes& plaintext :
                 {with_wrong_length(message.size() + 1), with_wrong_length(0x7fff), with_wrong_length(0xffff),
                  Bytes{}, Bytes{0}, Bytes{4}, Bytes{4, 0}}) {
                uint32_t id = TRY(bad.session());
                Bytes record = TRY(test.lab().seal(id, plaintext, {.raw = true}));
                TRY(bad.refuse_authentic(record, senseless()));
            }
            return {};
        },
    },
    // Fewer bytes than a message's header has.
    {
        .id = "sec/short-message",
        .title = "What is shorter than a message's header gets no answer",
        .requirements = {"SPDM-SEC-012"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (size_t size : {size_t{0}, size_t{1}, size_t{3}}) {
                uint32_t id = TRY(established(test));
                Bytes message = probe(test);
                message.resize(size);
                Exchange exchange =
                    TRY(test.lab().send_record(TRY(test.lab().seal(id, message)), {}, lab::Wait::silence));
                // A device that uses other application data may answer with such data.
                TRY(test.expect_that(exchange.silent() || exchange.application, "SPDM-SEC-012",
                                     "silence, or application data that is no SPDM message",
                                     lab::describe(exchange)));
                TRY(expect_goes_on(test, id, "SPDM-SEC-012"));
            }
            return {};
        },
    },
    {
        .id = "sec/random-bytes",
        .title = "Random bytes behind the application data are left out",
        .requirements = {"SPDM-SEC-013"},
        .since = v1_1,
        .needs = cap::encrypt,
        .run = [](CaseContext& test) -> CheckResult {
            size_t most = test.lab().dut().transport().max_random;
            if (most == 0) return CaseContext::not_applicable("the transport has no random bytes in records");
            uint32_t id = TRY(encrypted(test));
            for (size_t size = 1; size <= most; size = size < most ? std::min(most, 2 * size) : most + 1) {
                Bytes random = test.lab().random().bytes(size);
                Exchange exchange = TRY(test.lab().send_in(id, probe(test), {.random = random}));
                TRY(test.expect_that(goes_on(exchange), "SPDM-SEC-013", "an answer inside the session",
                                     lab::describe(exchange)));
            }
            return {};
        },
    },
    // The answer can be read by everybody, and begins where the record's header ends.
    {
        .id = "sec/mac-only",
        .title = "Without ENCRYPT_CAP records are in the clear",
        .requirements = {"SPDM-SEC-014"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(established(test, lab::session_offer(lab::kSessionFlags & ~cap::encrypt)));
            bool bare = lab.session(id)->channel.protection() == record::Protection::mac_only;
            if (!bare) return CaseContext::not_applicable("the session is encrypted");
            for (int i = 0; i < 2; ++i) {
                Exchange exchange = TRY(lab.send_in(id, probe(test)));
                TRY(expect_inside(test, exchange));
                TRY(test.expect_that(goes_on(exchange), "SPDM-SEC-014", "an answer inside the session",
                                     lab::describe(exchange)));
                auto record = TRY(record::parse(exchange.response_record, lab.dut().transport()));
                ByteView text =
                    record.body.first(record.body.size() - std::min(record.body.size(), kTagSize));
                Bytes expected = record::to_application(lab.dut().transport(), *exchange.response);
                TRY(test.expect_that(equal(text, expected), "SPDM-SEC-014",
                                     "the application data in the clear", to_hex(text)));
            }
            return {};
        },
    },
    sealed_with("aes-128-gcm", 0x01),
    sealed_with("aes-256-gcm", 0x02),
    sealed_with("chacha20-poly1305", 0x04),
    {
        .id = "sec/iv",
        .title = "The little-endian sequence number goes into the IV",
        .requirements = {"SPDM-SEC-007", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(with_version(test, spdm::kSecured1_2));
            // Beyond one byte of the number, where the target can be brought there.
            for (uint64_t next : {uint64_t{0}, uint64_t{0xfe}, uint64_t{0x0102030405060708}}) {
                bool moved = next == 0 || test.lab().dut().set_sequence(id, Direction::request, next);
                if (!moved) break;
                if (next != 0) test.lab().session(id)->channel.set_sequence(Direction::request, next);
                for (int i = 0; i < 4; ++i) TRY(expect_goes_on(test, id, "SPDM-SEC-007"));
            }
            return {};
        },
    },
    {
        .id = "sec/iv-big-endian",
        .title = "A big-endian sequence number in the IV is refused",
        .requirements = {"SPDM-SEC-008", "SPDM-SEC-007", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-008", [](CaseContext& on) -> SessionOr {
                uint32_t id = TRY(with_version(on, spdm::kSecured1_2));
                TRY(expect_goes_on(on, id, "SPDM-SEC-007"));
                return id;
            });
            TRY(bad.session());
            const spdm::Session& channel = bad.channel();
            record::SealOptions options = channel.seal_options(Direction::request);
            options.order = record::NonceOrder::big;
            Bytes data = record::to_application(channel.transport(), probe(test));
            return bad.refuse(
                TRY(lab::ours(channel.key(Direction::request).seal(options, channel.transport(), data))));
        },
    },
    // One version is offered at a time, and all of them: what is selected was offered.
    {
        .id = "sec/selected-version",
        .title = "The secured message version that is selected was offered",
        .requirements = {"SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            const std::vector<uint16_t> all{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2,
                                            spdm::kSecured1_3};
            std::vector<std::vector<uint16_t>> offers{all};
            for (uint16_t version : all) offers.push_back({version});
            for (const std::vector<uint16_t>& versions : offers) {
                TRY(ready_to_exchange(test, lab::session_offer()));
                Exchange exchange = TRY(lab.send(TRY(lab.key_exchange({.versions = versions}))));
                if (exchange.error()) {
                    TRY(test.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                                    "SPDM-SEC-026"));
                    continue;
                }
                auto answer = TRY(answer_to<wire::KeyExchangeResponse>(test, exchange, "SPDM-SEC-026"));
                auto said = spdm::read_secured_opaque(answer.opaque_data, exchange.response_context);
                bool offered = said && said->selected && contains(versions, *said->selected);
                std::string got = said && said->selected ? fmt::format("0x{:04x}", *said->selected) : "none";
                TRY(test.expect_that(offered, "SPDM-SEC-026", "a version that was offered", got,
                                     "OpaqueData"));
            }
            return {};
        },
    },
    // A requester without MAC_CAP may say so, but gets no session.
    {
        .id = "sec/without-mac-cap",
        .title = "Without MAC_CAP there is no session",
        .requirements = {"SPDM-SEC-015"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            lab::Offer offer = lab::session_offer(lab::kSessionFlags & ~cap::mac);
            if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer))))
                return CaseContext::not_applicable("the device turns that requester down in VCA");
            const spdm::Parameters& parameters = lab.seen().parameters();
            Allowed allowed = refused(ErrorCode::invalid_request,
                                      {ErrorCode::unsupported_request, ErrorCode::unexpected_request});
            bool any = false;
            if (parameters.both(cap::key_ex) && parameters.dhe != 0) {
                any = true;
                TRY(test.expect(TRY(lab.send(TRY(lab.key_exchange()))), allowed, "SPDM-SEC-015"));
            }
            if (parameters.psk()) {
                any = true;
                TRY(test.expect(TRY(lab.send(lab.psk_exchange())), allowed, "SPDM-SEC-015"));
            }
            if (!any) return CaseContext::not_applicable("there is no key exchange on that connection");
            return {};
        },
    },
    {
        .id = "sec/nested",
        .title = "A record inside a record is not acted upon",
        .requirements = {"SPDM-SEC-023"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t inner = 0;
            uint32_t outer = TRY(established(test));
            inner = TRY(another(test));
            lab::Lab& lab = test.lab();
            Bytes record = TRY(due_record(test, inner));
            // Over MCTP a record has a type before it, over TCP the header with the type for secured
            // messages.
            const record::Transport& transport = lab.dut().transport();
            Bytes data = record::to_application(transport, record);
            if (!transport.spdm_prefix.empty())
                data[transport.spdm_length_size + transport.spdm_prefix.size() - 1] = 6;
            Exchange exchange = TRY(lab.send_record(TRY(seal_data(lab.session(outer)->channel, data)),
                                                    probe(test), lab::Wait::silence));
            TRY(test.expect_that(!exchange.answered(), "SPDM-SEC-023", "no answer to what is inside",
                                 lab::describe(exchange)));
            // It was not taken: its number is still the next one.
            return expect_goes_on(test, inner, "SPDM-SEC-023");
        },
    },
    {
        .id = "sec/other-type",
        .title = "What is no SPDM message is not taken for one",
        .requirements = {"SPDM-SEC-023"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            const record::Transport& transport = test.lab().dut().transport();
            if (transport.spdm_prefix.empty())
                return CaseContext::not_applicable("the transport has no types inside records");
            size_t type = transport.spdm_length_size + transport.spdm_prefix.size() - 1;
            for (uint8_t value : Bytes{0x06, 0x00, 0x85}) {
                TRY(not_spdm(test, "SPDM-SEC-023", [&](CaseContext& on) -> Result<Bytes> {
                    Bytes data = record::to_application(transport, probe(on));
                    data[type] = value;
                    return data;
                }));
            }
            return {};
        },
    },
};

}  // namespace

void add_record_content(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
