// What the tests of this module share. Never included by anything else.
#pragma once

#include <functional>
#include <map>

#include "stack/crypto/pki.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/attestation.h"
#include "stack/spdm/device.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"

namespace assay::spdm {

inline const crypto::Provider& real() { return crypto::openssl_provider(); }

// The certificates for a leaf of that algorithm, made once for the whole program.
inline const crypto::TestPki& test_pki(crypto::SignAlgo algo) {
    static std::map<crypto::SignAlgo, crypto::TestPki> made;
    auto found = made.find(algo);
    if (found == made.end()) {
        auto pki =
            crypto::make_test_pki(algo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, "spdm test");
        found = made.emplace(algo, std::move(pki.value())).first;
    }
    return found->second;
}

inline Identity identity_of(const crypto::TestPki& pki) {
    return {to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
}

// A device with an identity in slots 0 and 2, five measurements and a vendor that echoes.
inline Device test_device(crypto::SignAlgo algo = crypto::SignAlgo::ecdsa_p256) {
    Device device;
    Identity identity = identity_of(test_pki(algo));
    device.identities[algo][0] = identity;
    device.identities[algo][2] = identity;
    device.measurements = {{1, wire::value_type::immutable_rom, Bytes(32, 1), false, true},
                           {2, wire::value_type::mutable_firmware, Bytes(40, 2)},
                           {7, wire::value_type::firmware_configuration, Bytes(1, 3)},
                           {0x10, wire::value_type::security_version, Bytes(8, 4), true},
                           {wire::kDeviceModeIndex, wire::value_type::device_mode, Bytes(16, 0), true}};
    device.vendor = [](const wire::VendorDefinedBody& request) -> std::optional<Bytes> {
        if (request.standard_id != 3) return std::nullopt;
        return request.payload;
    };
    return device;
}

// A requester that trusts test_pki() and, by default, offers SHA-256 only.
inline RequesterConfig test_config(crypto::SignAlgo algo = crypto::SignAlgo::ecdsa_p256) {
    RequesterConfig config;
    config.base_hash = bit(crypto::HashAlgo::sha256);
    config.roots = {test_pki(algo).root};
    config.time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    return config;
}

inline FaultConfig waiving(Check check) {
    FaultConfig faults;
    faults.waive(check);
    return faults;
}

// A requester and a responder, and a wire between them that can be tampered with.
struct Pair {
    explicit Pair(Device d = test_device(), RequesterConfig c = test_config(), FaultConfig faults = {})
        : device(std::move(d)), config(std::move(c)), requester(config, real(), requester_random, faults) {}

    Device device;
    RequesterConfig config;
    SeededRandom responder_random{1};
    SeededRandom requester_random{2};
    Responder responder{device, real(), responder_random};
    Requester requester;
    std::function<void(Bytes& request)> on_request;
    std::function<void(const Bytes& request, Bytes& response)> on_response;
    std::vector<std::pair<Bytes, Bytes>> log;  // as the requester saw it
    Micros waited{0};

    // One message there and one back.
    Bytes round_trip(const Bytes& request) {
        Bytes sent = request;
        if (on_request) on_request(sent);
        Bytes response = responder.receive(sent).value_or(Bytes{});
        if (on_response) on_response(request, response);
        log.emplace_back(request, response);
        return response;
    }
    Checked<Outcome> step(const Bytes& request) { return requester.receive(round_trip(request)); }
    // Until the exchange is done.
    Checked<> exchange(Bytes request) {
        for (;;) {
            Outcome outcome = TRY(step(request));
            if (outcome.done()) return {};
            waited += outcome.delay;
            request = std::move(outcome.again);
        }
    }
    Checked<> negotiate() {
        TRY(exchange(requester.get_version()));
        TRY(exchange(requester.get_capabilities()));
        return exchange(requester.negotiate_algorithms());
    }
    Checked<> drive(AttestationWalk& walk, const std::function<void()>& after_each = {}) {
        while (auto send = walk.next()) {
            waited += send->delay;
            TRY(walk.receive(round_trip(send->message)));
            if (after_each) after_each();
        }
        return {};
    }
    Checked<> walk(AttestationOptions options = {}, const std::function<void()>& after_each = {}) {
        AttestationWalk walk(requester, options);
        return drive(walk, after_each);
    }

    wire::Context context() const { return requester.parameters().context(); }
    bool in_step() const {
        return equal(requester.transcript().vca(), responder.transcript().vca()) &&
               requester.transcript().m1() == responder.transcript().m1() &&
               requester.transcript().l1() == responder.transcript().l1();
    }
};

inline std::string_view refused_by(const Checked<>& result) {
    return result ? "nothing" : info(result.error().check).name;
}

// What the responder would have said is replaced, once, in the response to one request.
inline std::function<void(const Bytes&, Bytes&)> answer_once(wire::Code code, std::string_view hex) {
    return [code, answer = *from_hex(hex), used = false](const Bytes& request, Bytes& response) mutable {
        if (used || wire::code_of(request) != code) return;
        used = true;
        response = answer;
    };
}

}  // namespace assay::spdm
