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

CheckResult longest(CaseContext& test) {
    return sized(test, spdm::kMaxOpaque,
                 [&](const Exchange& exchange) { return test.expect_answer(exchange, "SPDM-KEX-007"); });
}

CheckResult too_long(CaseContext& test) {
    return sized(test, spdm::kMaxOpaque + 4,
                 [&](const Exchange& exchange) { return test.expect(exchange, invalid(), "SPDM-KEX-007"); });
}

// Changes the usual opaque data.
using EditOpaque = std::function<void(Bytes& opaque)>;

CheckResult refused_opaque(CaseContext& test, const EditOpaque& edit, std::string_view requirement) {
    TRY(ready_to_exchange(test));
    Exchange exchange = TRY(send_exchange(test, [&](KeyExchange& message) { edit(message.opaque_data); }));
    return test.expect(exchange, invalid(), requirement);
}

// A version that does not exist; other elements only.
CheckResult no_common_version(CaseContext& test) {
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

// Which versions there are is learned one by one; of all of them the highest has to be selected, in whatever
// order they come.
CheckResult highest_version(CaseContext& test) {
    auto spelled = [](uint16_t version) { return fmt::format("0x{:04x}", version); };
    std::vector<uint16_t> known{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2, spdm::kSecured1_3};
    std::optional<uint16_t> highest;
    for (uint16_t version : known) {
        auto got = TRY(selected(test, {version}));
        if (!got) continue;
        TRY(test.expect_that(*got >> 8 == version >> 8, "SPDM-KEX-011", spelled(version), spelled(*got),
                             "OpaqueData"));
        highest = version;
    }
    if (!highest) return CaseContext::not_applicable("the device has another secured message version");
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
}

// At 1.2 and later: 01 00 00 00, then the element 00 00 LEN LEN DATA, and zeros to a multiple of four.
CheckResult form(CaseContext& test) {
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
}

// The form of DSP0277, and no other.
CheckResult form_1_1(CaseContext& test) {
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
}

// The response's own opaque data.
CheckResult answers_in_form(CaseContext& test) {
    TRY(ready_to_exchange(test));
    auto answer = TRY(answer_to<KeyExchangeResponse>(test, TRY(send_exchange(test)), "SPDM-KEX-012"));
    TRY(sound_opaque(test, answer.opaque_data, "SPDM-KEX-032", "SPDM-KEX-012"));
    return test.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-KEX-007",
                            "at most 1024 bytes", fmt::format("{}", answer.opaque_data.size()),
                            "OpaqueDataLength");
}

CheckResult unknown_elements(CaseContext& test) {
    for (bool before : {true, false}) {
        TRY(ready_to_exchange(test));
        const std::vector<wire::OpaqueElement> nobodys{foreign(5)};
        const std::vector<wire::OpaqueElement> none;
        Exchange exchange = TRY(send_exchange(test, [&](KeyExchange& message) {
            message.opaque_data =
                surrounded(test, message.opaque_data, before ? nobodys : none, before ? none : nobodys);
        }));
        uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-014"));
        TRY(test.lab().finish_session(id));
        TRY(expect_alive(test, id, "SPDM-KEX-014"));
    }
    return {};
}

CheckResult without_format(CaseContext& test) {
    lab::Offer offer = lab::session_offer();
    offer.other_params = 0;
    TRY(ready_to_exchange(test, offer));
    if (test.lab().seen().parameters().opaque_format == wire::kOpaqueDataFmt1)
        return CaseContext::not_applicable("the device selects a format that was not offered");
    return test.expect(TRY(send_exchange(test)), invalid(), "SPDM-KEX-032");
}

}  // namespace

void add_key_exchange_opaque(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(since(v1_1, needs(kExchanges, std::move(one)))); };
    auto add_1_2 = [&](Case one) { cases.push_back(since(v1_2, needs(kExchanges, std::move(one)))); };
    add(positive("kex/opaque-longest", "Opaque data of 1024 bytes are taken", {"SPDM-KEX-007"}, longest));
    add(negative("kex/opaque-too-long", "Opaque data of more than 1024 bytes are InvalidRequest",
                 {"SPDM-KEX-007"}, too_long));
    add(negative("kex/no-common-version", "Without a common secured message version it is InvalidRequest",
                 {"SPDM-KEX-010"}, no_common_version));
    add(positive("kex/highest-version", "The highest common secured message version is selected",
                 {"SPDM-KEX-011"}, highest_version));
    add_1_2(negative("kex/opaque-form", "Opaque data against its form is InvalidRequest", {"SPDM-KEX-012"},
                     form));
    add_1_2(positive("kex/opaque-answered-in-form", "The response's opaque data is of the negotiated format",
                     {"SPDM-KEX-012", "SPDM-KEX-007"}, answers_in_form));
    cases.push_back(until(
        v1_1, since(v1_1, needs(kExchanges,
                                negative("kex/opaque-form-1-1", "1.1 has the form of DSP0277 and no other",
                                         {"SPDM-KEX-013"}, form_1_1)))));
    add(positive("kex/unknown-element", "Elements of other registries are skipped", {"SPDM-KEX-014"},
                 unknown_elements));
    add_1_2(negative("kex/without-opaque-format", "Without OpaqueDataFmt1 it is InvalidRequest",
                     {"SPDM-KEX-032", "SPDM-ALG-019"}, without_format));
}

}  // namespace assay::cases
