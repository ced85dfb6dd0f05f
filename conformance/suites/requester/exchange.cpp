// Faults in the responses that begin a session.
#include "conformance/suites/requester/fault.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;
using spdm::SecuredElements;

namespace {

constexpr Version v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3;
// Signatures are made behind a prefix with purpose and version.
constexpr Versions kPrefixed{v1_2};
constexpr uint16_t kNotOffered = 0x1400;
constexpr uint16_t kFfdhe2048 = 0x01;

Fault exchange(const std::function<void(KeyExchangeResponse&)>& change) {
    return fields<KeyExchangeResponse>(change);
}
Fault psk(const std::function<void(PskExchangeResponse&)>& change) {
    return fields<PskExchangeResponse>(change);
}
// Whatever begins the session says this in its opaque data.
Fault opaque(const std::function<Bytes(const Context&)>& say) {
    return [say](const FaultContext& now, Bytes& response) {
        const Bytes said = say(now.context());
        exchange([&](KeyExchangeResponse& m) { m.opaque_data = said; })(now, response);
        psk([&](PskExchangeResponse& m) { m.opaque_data = said; })(now, response);
    };
}
Fault opaque(std::string_view hex) {
    Bytes said = from_hex(hex).value_or(Bytes{});
    return opaque([said](const Context&) { return said; });
}
Fault secured(const SecuredElements& said) {
    return opaque([said](const Context& context) { return spdm::secured_opaque(context, said); });
}
// As 1.2 has it, at whatever version.
Fault secured_as_1_2() {
    return opaque([](const Context&) {
        SecuredElements said;
        said.selected = spdm::kSecured1_1;
        return spdm::secured_opaque({.version = Version::v1_2}, said);
    });
}
// A version selected, and behind it an element that needs padding, which is not zero.
Fault dirty_padding() {
    return opaque([](const Context& context) {
        SecuredElements said;
        said.selected = spdm::kSecured1_1;
        auto data = decode_exact<OpaqueData>(spdm::secured_opaque(context, said), context);
        if (!data) return Bytes{};
        data->elements.push_back({.id = 3, .vendor_id = {1, 2}, .data = {7}, .align_padding = {}});
        Bytes bytes = encode_raw(*data, context);
        bytes.back() = 1;
        return bytes;
    });
}
// The reverse of what fields<>() does: the bytes are changed, under the HMAC that they should have.
Fault unsigned_change(const std::function<void(const FaultContext&, Bytes&)>& change) {
    return [change](const FaultContext& now, Bytes& response) {
        if (code_of(now.request) != code::key_exchange || code_of(response) != code::key_exchange_rsp) return;
        change(now, response);
        now.authenticate(response);
    };
}
// The signature as it would be for another purpose, at another version, or by another key.
enum class Prefix : uint8_t { right, of_later_version, of_earlier_version };
Version version_in(Prefix prefix, Version right) {
    if (prefix == Prefix::right) return right;
    if (prefix == Prefix::of_earlier_version) return static_cast<Version>(byte(right) - 1);
    // Where there is no later one, another that has a prefix.
    return right == kVersions.back() ? v1_2 : static_cast<Version>(byte(right) + 1);
}
Fault signed_with(std::string_view context, Prefix prefix, bool other_key = false) {
    return [=](const FaultContext& now, Bytes& response) {
        if (code_of(now.request) != code::key_exchange) return;
        const Version version = version_in(prefix, now.parameters.version);
        if (other_key) {
            const auto other =
                lab::hostile_pki_with(now.parameters.suite().sign, lab::Issuers::ed25519, {}, "Assay slot 1");
            now.sign_with(response, other.leaf_key, context, version);
        } else if (const crypto::PrivateKey* key = now.signer()) {
            now.sign_with(response, *key, context, version);
        }
    };
}
Setup without_heartbeat(bool of_device) {
    return [of_device](Ends& ends) { (of_device ? ends.device.flags : ends.settings.flags) &= ~cap::hbeat; };
}
Setup in_group(uint16_t dhe) {
    return [dhe](Ends& ends) { ends.settings.dhe = dhe; };
}
// The requester's identity is a raw key, or it has no use for one.
Setup requester_flags(uint32_t take, uint32_t give = 0) {
    return [=](Ends& ends) { ends.settings.flags = (ends.settings.flags & ~take) | give; };
}

Fault asks_for(uint8_t form, uint8_t slot = 0) {
    return exchange([=](KeyExchangeResponse& m) {
        m.mut_auth_requested = form;
        m.slot_id_param = slot;
    });
}
Fault share(const std::function<void(Bytes&)>& change) {
    return exchange([change](KeyExchangeResponse& m) { change(m.exchange_data); });
}
// An invalid public value, and keys as if the shared secret were then zero.
Fault share_of(uint8_t fill, uint8_t last) {
    Fault fault = share([=](Bytes& value) {
        std::ranges::fill(value, fill);
        value.back() = last;
    });
    return [fault](const FaultContext& now, Bytes& response) {
        auto group = spdm::dhe_group(now.parameters.dhe);
        const Bytes zero(group ? crypto::shared_size(*group) : 0);
        FaultContext betting = now;
        betting.secret = zero;
        fault(betting, response);
    };
}

void add(std::vector<FaultRow>& rows, const lab::FlowOptions& session, FaultRow row) {
    row.flow = session;
    rows.push_back(std::move(row));
}

void add_fields(std::vector<FaultRow>& rows) {
    auto kex = [&](FaultRow row) { add(rows, by_exchange(), std::move(row)); };
    for (bool of_device : {true, false}) {
        kex({.check = Check::kex_heartbeat,
             .fault = exchange([](KeyExchangeResponse& m) { m.heartbeat_period = 7; }),
             .setup = without_heartbeat(of_device)});
    }
    add(rows, by_psk(),
        {.check = Check::kex_heartbeat,
         .fault = psk([](PskExchangeResponse& m) { m.heartbeat_period = 7; }),
         .setup = without_heartbeat(true),
         .also = "SPDM-PSK-121"});
    kex({.check = Check::kex_mutual, .fault = asks_for(mut_auth::plain | mut_auth::encapsulated)});
    kex({.check = Check::kex_mutual, .fault = asks_for(7)});
    kex({.check = Check::kex_mutual,
         .fault = asks_for(mut_auth::plain),
         .setup = requester_flags(cap::mut_auth)});
    kex({.check = Check::kex_mutual,
         .fault = asks_for(mut_auth::encapsulated),
         .setup = without(cap::mut_auth)});
    for (uint8_t form : {mut_auth::encapsulated, mut_auth::implicit_get_digests}) {
        kex({.check = Check::kex_mutual_encap,
             .shape = {v1_3},
             .fault = asks_for(form),
             .setup = without(cap::encap)});
    }
    kex({.check = Check::kex_mutual_encap,
         .shape = {v1_3},
         .fault = asks_for(mut_auth::encapsulated),
         .setup = requester_flags(cap::cert, cap::pub_key_id)});
    for (uint8_t slot : {uint8_t{8}, uint8_t{14}, kMutAuthRawKey, uint8_t{1}}) {
        kex({.check = Check::kex_mutual_slot,
             .fault = asks_for(mut_auth::plain, slot),
             .built_in = slot < spdm::kSlots});
    }
}

void add_opaque(std::vector<FaultRow>& rows) {
    auto both = [&](FaultRow row) {
        add(rows, by_exchange(), row);
        row.also = "SPDM-PSK-120";
        add(rows, by_psk(), std::move(row));
    };
    both({.check = Check::kex_opaque_form, .fault = opaque("010203")});
    // No element; more than there is.
    both({.check = Check::kex_opaque_form, .fault = opaque("00000000")});
    both({.check = Check::kex_opaque_form, .fault = opaque("0100000000000900 01000012")});
    both({.check = Check::kex_opaque_form, .fault = dirty_padding()});
    add(rows, by_exchange(),
        {.check = Check::kex_opaque_form, .fault = secured_as_1_2(), .also = "SPDM-KEX-113"});
    // An AeadLimitExponent above 64.
    both({.check = Check::kex_opaque_form,
          .shape = {v1_2},
          .fault = opaque("02000000 00000400 01000013 00000300 01024100"),
          .also = "SPDM-SEC-121"});
    both({.check = Check::kex_version,
          .fault = secured({.offered = {}, .selected = kNotOffered, .aead_limit = {}})});
    both({.check = Check::kex_version,
          .fault = secured({.offered = {spdm::kSecured1_1}, .selected = {}, .aead_limit = {}})});
    add(rows, by_exchange(),
        {.check = Check::response_malformed,
         .fault = opaque([](const Context&) { return Bytes(spdm::kMaxOpaque + 1); }),
         .also = "SPDM-KEX-107"});
}

void add_shares(std::vector<FaultRow>& rows) {
    auto kex = [&](FaultRow row) { add(rows, by_exchange(), std::move(row)); };
    kex({.check = Check::kex_share, .fault = share([](Bytes& value) { value.back() ^= 1; })});
    kex({.check = Check::kex_share, .fault = share_of(0, 0)});
    // As X9.62 has it, with a byte before the coordinates.
    kex({.check = Check::kex_share,
         .fault = share([](Bytes& value) {
             value.pop_back();
             value.insert(value.begin(), 0x04);
         }),
         .also = "SPDM-KEX-134"});
    for (auto [fill, last] : {std::pair<uint8_t, uint8_t>{0, 0}, {0, 1}, {0xff, 0xff}}) {
        kex({.check = Check::kex_share,
             .fault = share_of(fill, last),
             .setup = in_group(kFfdhe2048),
             .also = "SPDM-KEX-109"});
    }
}

void add_authenticity(std::vector<FaultRow>& rows) {
    auto kex = [&](FaultRow row) { add(rows, by_exchange(), std::move(row)); };
    // A byte of each field that is under the signature, and of the signature itself.
    constexpr size_t kRandomData = 8, kFirst = 4;
    for (size_t at : {kFirst, kRandomData}) {
        kex({.check = Check::kex_signature,
             .fault = unsigned_change([at](const FaultContext&, Bytes& response) { response[at] ^= 1; })});
    }
    kex({.check = Check::kex_signature,
         .fault = unsigned_change([](const FaultContext& now, Bytes& response) {
             response[response.size() - now.hmac_size() - 1] ^= 1;
         })});
    kex({.check = Check::kex_signature,
         .shape = kPrefixed,
         .fault = signed_with(spdm::kChallengeAuthContext, Prefix::right)});
    kex({.check = Check::kex_signature,
         .fault = signed_with(spdm::kKeyExchangeContext, Prefix::of_later_version)});
    kex({.check = Check::kex_signature,
         .shape = kPrefixed,
         .fault = signed_with(spdm::kKeyExchangeContext, Prefix::of_earlier_version)});
    kex({.check = Check::kex_signature,
         .fault = signed_with(spdm::kKeyExchangeContext, Prefix::right, true),
         .also = "SPDM-KEX-130"});
    // With opaque data of format 1 before it, and at 1.1 without; below, by how the handshake secret is made.
    for (const Versions layout : {Versions{v1_2}, Versions{v1_1, v1_1}}) {
        kex({.check = Check::kex_verify_data, .shape = layout, .fault = bytes(code::key_exchange, flip)});
    }
    // It is not there at all.
    kex({.check = Check::response_malformed,
         .fault =
             [](const FaultContext& now, Bytes& response) {
                 if (response.size() > now.hmac_size() && code_of(response) == code::key_exchange_rsp)
                     response.resize(response.size() - now.hmac_size());
             },
         .also = "SPDM-KEX-119"});
    auto shared = [&](FaultRow row) { add(rows, by_psk(), std::move(row)); };
    for (const Versions salt : {Versions{v1_1, v1_2}, Versions{v1_3}}) {
        shared({.check = Check::psk_verify_data, .shape = salt, .fault = bytes(code::psk_exchange, flip)});
    }
    shared({.check = Check::psk_responder_context,
            .fault = psk([](PskExchangeResponse& m) { m.responder_context.clear(); })});
    shared({.check = Check::psk_responder_context,
            .fault = psk([](PskExchangeResponse& m) { m.responder_context = Bytes(32, 5); }),
            .setup = [](Ends& ends) {
                ends.device.flags = (ends.device.flags & ~cap::psk) | cap::psk_no_context;
            }});
}

// A summary that was asked for is left out, and one that was not is there. What is behind it is then read
// from the wrong place.
void add_summaries(std::vector<FaultRow>& rows) {
    auto summary = [](const Bytes& hash) {
        return Fault([hash](const FaultContext& now, Bytes& response) {
            if (code_of(now.request) != code::key_exchange) return;
            auto message = decode<KeyExchangeResponse>(response, now.context());
            if (!message) return;
            message->measurement_summary_hash = hash;
            Context context = now.context();
            context.measurement_summary = !hash.empty();
            response = encode_raw(*message, context);
        });
    };
    lab::FlowOptions none = by_exchange();
    none.summary_type = summary::none;
    add(rows, by_exchange(),
        {.check = Check::response_malformed, .fault = summary({}), .also = "SPDM-KEX-136"});
    add(rows, none,
        {.check = Check::response_malformed, .fault = summary(Bytes(32, 9)), .also = "SPDM-KEX-136"});
}

// A live session's identifier, both halves. The requester chose its half again.
void add_identifiers(std::vector<FaultRow>& rows) {
    lab::FlowOptions two = by_exchange(2);
    two.req_session_id = 1;
    add(rows, two, {.check = Check::kex_session_id, .fault = [](const FaultContext& now, Bytes& response) {
                        if (now.sessions->empty()) return;
                        const uint32_t id = now.sessions->begin()->first;
                        exchange([id](KeyExchangeResponse& m) {
                            m.rsp_session_id = static_cast<uint16_t>(id >> 16);
                        })(now, response);
                    }});
}

}  // namespace

void add_exchange_faults(std::vector<FaultRow>& rows) {
    add_fields(rows);
    add_opaque(rows);
    add_shares(rows);
    add_authenticity(rows);
    add_summaries(rows);
    add_identifiers(rows);
}

}  // namespace assay::cases::requester
