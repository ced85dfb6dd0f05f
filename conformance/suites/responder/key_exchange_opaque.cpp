// KEY_EXCHANGE: its opaque data, and the secured message version that comes of it.
#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::cases {

namespace {

using wire::KeyExchange;
using wire::KeyExchangeResponse;

constexpr uint16_t kNobodysVersion = 0x9900;

// An element of PCI-SIG's registry whose data has that size.
wire::OpaqueElement foreign(size_t size) {
    wire::OpaqueElement element;
    element.id = 3;
    element.vendor_id = {0x01, 0x00};
    element.data.resize(size, 0x5a);
    return element;
}

// The usual opaque data with other elements around its own.
Bytes surrounded(CaseContext& test, ByteView usual, const std::vector<wire::OpaqueElement>& before,
                 const std::vector<wire::OpaqueElement>& behind) {
    const wire::Context context = test.lab().seen().request_context();
    auto opaque = wire::decode_exact<wire::OpaqueData>(usual, context);
    if (!opaque) return to_bytes(usual);
    opaque->elements.insert(opaque->elements.begin(), before.begin(), before.end());
    opaque->elements.insert(opaque->elements.end(), behind.begin(), behind.end());
    return wire::encode_raw(*opaque, context);
}

// The usual opaque data, padded to that size by an element of an unknown type. The size is a multiple of 4.
Bytes filled_to(CaseContext& test, ByteView usual, size_t size) {
    constexpr size_t kElement = 6;  // ID, VendorLen, VendorID, OpaqueElementDataLen
    return surrounded(test, usual, {}, {foreign(size - usual.size() - kElement)});
}

// The size of the longest message that a device takes. Before 1.2 it is not stated.
bool fits(CaseContext& test, size_t size) {
    uint32_t most = test.lab().seen().parameters().responder_data_transfer_size;
    return most == 0 || size <= most;
}

CheckResult sized(CaseContext& test, size_t size, const std::function<CheckResult(const Exchange&)>& judge) {
    TRY(ready_to_exchange(test));
    wire::KeyExchange message = TRY(test.lab().key_exchange());
    message.opaque_data = filled_to(test, message.opaque_data, size);
    message.spdm_version = wire::byte(test.version());
    Bytes request = wire::encode_raw(message, test.lab().seen().request_context());
    if (!fits(test, request.size()))
        return CaseContext::not_applicable("the device takes no message of that size");
    return judge(TRY(test.lab().send(request)));
}

// Changes the usual opaque data.
using EditOpaque = std::function<void(Bytes& opaque)>;

CheckResult refused_opaque(CaseContext& test, const EditOpaque& edit, std::string_view requirement) {
    TRY(ready_to_exchange(test));
    Exchange exchange = TRY(send_exchange(test, [&](KeyExchange& message) { edit(message.opaque_data); }));
    return test.expect(exchange, invalid(), requirement);
}

// The version that a device selects of those offered; nullopt when it takes none of them.
std::expected<std::optional<uint16_t>, engine::Finding> selected(CaseContext& test,
                                                                 const std::vector<uint16_t>& offered) {
    TRY(ready_to_exchange(test));
    Exchange exchange = TRY(send_exchange(test, {}, {.versions = offered}));
    if (exchange.error()) return std::nullopt;
    auto answer = TRY(answer_to<KeyExchangeResponse>(test, exchange, "SPDM-KEX-011"));
    auto said = spdm::read_secured_opaque(answer.opaque_data, exchange.response_context);
    TRY(test.expect_that(said && said->selected, "SPDM-KEX-011", "a VersionSelection element",
                         said ? "none" : said.error().text(), "OpaqueData"));
    return *said->selected;
}

const Case kCases[] = {
    {
        .id = "kex/opaque-longest",
        .title = "Opaque data of 1024 bytes are taken",
        .requirements = {"SPDM-KEX-007"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            return sized(test, spdm::kMaxOpaque, [&](const Exchange& exchange) {
                return test.expect_answer(exchange, "SPDM-KEX-007");
            });
        },
    },
    {
        .id = "kex/opaque-too-long",
        .title = "Opaque data of more than 1024 bytes are InvalidRequest",
        .requirements = {"SPDM-KEX-007"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            return sized(test, spdm::kMaxOpaque + 4, [&](const Exchange& exchange) {
                return test.expect(exchange, invalid(), "SPDM-KEX-007");
            });
        },
    },
    // A version that does not exist; other elements only.
    {
        .id = "kex/no-common-version",
        .title = "Without a common secured message version it is InvalidRequest",
        .requirements = {"SPDM-KEX-010"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            Exchange exchange = TRY(send_exchange(test, {}, {.versions = {kNobodysVersion}}));
            TRY(test.expect(exchange, invalid(), "SPDM-KEX-010"));
            return refused_opaque(
                test,
                [&](Bytes& opaque) {
                    wire::OpaqueData other;
                    other.elements = {foreign(4)};
                    opaque = wire::encode_raw(other, test.lab().seen().request_context());
                },
                "SPDM-KEX-010");
        },
    },
    // Which versions there are is learned one by one; of all of them the highest has to be selected, in
    // whatever order they come.
    {
        .id = "kex/highest-version",
        .title = "The highest common secured message version is selected",
        .requirements = {"SPDM-KEX-011"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            auto spelled = [](uint16_t version) { return fmt::format("0x{:04x}", version); };
            std::vector<uint16_t> known{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2,
                                        spdm::kSecured1_3};
            std::optional<uint16_t> highest;
            for (uint16_t version : known) {
                auto got = TRY(selected(test, {version}));
                if (!got) continue;
                TRY(test.expect_that(*got >> 8 == version >> 8, "SPDM-KEX-011", spelled(version),
                                     spelled(*got), "OpaqueData"));
                highest = version;
            }
            if (!highest)
                return CaseContext::not_applicable("the device has another secured message version");
            for (int order = 0; order < 2; ++order) {
                std::vector<uint16_t> offered = known;
                offered.push_back(kNobodysVersion);
                if (order == 1) offered = {offered.rbegin(), offered.rend()};
                auto got = TRY(selected(test, offered));
                TRY(test.expect_that(got && *got >> 8 == *highest >> 8, "SPDM-KEX-011", spelled(*highest),
                                     got ? spelled(*got) : "a refusal", "OpaqueData"));
            }
            uint32_t id = TRY(begun(test, test.lab().exchanges().back(), "SPDM-KEX-011"));
            TRY(test.lab().finish_session(id));
            return expect_alive(test, id, "SPDM-KEX-011");
        },
    },
    // At 1.2 and later: 01 00 00 00, then the element 00 00 LEN LEN DATA, and zeros to a multiple of four.
    {
        .id = "kex/opaque-form",
        .title = "Opaque data against its form is InvalidRequest",
        .requirements = {"SPDM-KEX-012"},
        .since = v1_2,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr size_t kTotal = 0, kElementLength = 6;
            const EditOpaque mistakes[] = {
                [](Bytes& opaque) { opaque.back() = 0x01; },
                [](Bytes& opaque) { opaque[kTotal] = 0; },
                [](Bytes& opaque) { opaque[kTotal] = 2; },
                [](Bytes& opaque) { opaque[kTotal] = 0xff; },
                [](Bytes& opaque) { opaque.insert(opaque.end(), 4, 0); },
                [](Bytes& opaque) { opaque.push_back(0); },
                [](Bytes& opaque) { opaque.pop_back(); },
                [](Bytes& opaque) { opaque[kElementLength] = 0xff; },
                [](Bytes& opaque) { opaque[kElementLength + 1] = 0xff; },
                [](Bytes& opaque) { opaque[kElementLength - 1] = 0xff; },
                [](Bytes& opaque) { opaque.resize(4); },
                [](Bytes& opaque) { opaque.resize(6); },
            };
            // One version: padding of three bytes.
            for (const EditOpaque& mistake : mistakes) {
                TRY(ready_to_exchange(test));
                Exchange exchange =
                    TRY(send_exchange(test, [&](KeyExchange& message) { mistake(message.opaque_data); },
                                      {.versions = {spdm::kSecured1_1}}));
                TRY(test.expect(exchange, invalid(), "SPDM-KEX-012"));
            }
            return {};
        },
    },
    // The response's own opaque data.
    {
        .id = "kex/opaque-answered-in-form",
        .title = "The response's opaque data is of the negotiated format",
        .requirements = {"SPDM-KEX-012", "SPDM-KEX-007", "SPDM-KEX-032"},
        .since = v1_2,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(ready_to_exchange(test));
            auto answer = TRY(answer_to<KeyExchangeResponse>(test, TRY(send_exchange(test)), "SPDM-KEX-012"));
            TRY(sound_opaque(test, answer.opaque_data, "SPDM-KEX-032", "SPDM-KEX-012"));
            return test.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-KEX-007",
                                    "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                                    "OpaqueDataLength");
        },
    },
    // The form of DSP0277, and no other.
    {
        .id = "kex/opaque-form-1-1",
        .title = "1.1 has the form of DSP0277 and no other",
        .requirements = {"SPDM-KEX-013"},
        .since = v1_1,
        .until = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            const EditOpaque mistakes[] = {
                // The form of 1.2: without SpecID and OpaqueVersion.
                [](Bytes& opaque) {
                    Bytes elements(opaque.begin() + 8, opaque.end());
                    opaque = concat({Bytes{1, 0, 0, 0}, elements});
                },
                [](Bytes& opaque) { opaque[0] ^= 1; },
                [](Bytes& opaque) { opaque[4] = 2; },
                [](Bytes& opaque) { opaque[5] = 0; },
                [](Bytes& opaque) { opaque.resize(7); },
            };
            for (const EditOpaque& mistake : mistakes) TRY(refused_opaque(test, mistake, "SPDM-KEX-013"));
            TRY(ready_to_exchange(test));
            Exchange exchange = TRY(send_exchange(test));
            auto answer = TRY(answer_to<KeyExchangeResponse>(test, exchange, "SPDM-KEX-013"));
            auto data = wire::decode_exact<wire::OpaqueData>(answer.opaque_data, exchange.response_context);
            return test.expect_that(data.has_value(), "SPDM-KEX-013", "opaque data in the form of DSP0277",
                                    data ? "" : data.error().text(), "OpaqueData");
        },
    },
    {
        .id = "kex/unknown-element",
        .title = "Elements of other registries are skipped",
        .requirements = {"SPDM-KEX-014"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool before : {true, false}) {
                TRY(ready_to_exchange(test));
                const std::vector<wire::OpaqueElement> nobodys{foreign(5)};
                const std::vector<wire::OpaqueElement> none;
                Exchange exchange = TRY(send_exchange(test, [&](KeyExchange& message) {
                    message.opaque_data = surrounded(test, message.opaque_data, before ? nobodys : none,
                                                     before ? none : nobodys);
                }));
                uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-014"));
                TRY(test.lab().finish_session(id));
                TRY(expect_alive(test, id, "SPDM-KEX-014"));
            }
            return {};
        },
    },
    {
        .id = "kex/without-opaque-format",
        .title = "Without OpaqueDataFmt1 it is InvalidRequest",
        .requirements = {"SPDM-KEX-032", "SPDM-ALG-019"},
        .since = v1_2,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer = lab::session_offer();
            offer.other_params = 0;
            TRY(ready_to_exchange(test, offer));
            if (test.lab().seen().parameters().opaque_format == wire::kOpaqueDataFmt1)
                return CaseContext::not_applicable("the device selects a format that was not offered");
            return test.expect(TRY(send_exchange(test)), invalid(), {"SPDM-KEX-032", "SPDM-ALG-019"});
        },
    },
};

}  // namespace

void add_key_exchange_opaque(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
