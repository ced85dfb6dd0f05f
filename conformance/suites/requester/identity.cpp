// Faults in the responder's identity.
#include "conformance/suites/requester/fault.h"

#include "stack/crypto/pki.h"
#include "stack/wire/header.h"

namespace assay::cases {

using namespace wire;
using spdm::Check;
using spdm::Device;
using spdm::Identity;
using spdm::RequesterConfig;

namespace {

constexpr Version v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3;

// An intermediate that is no CA.
Bytes chain_with_a_plain_intermediate() {
    const crypto::TestPki& pki = hostile_pki();
    crypto::CertificateSpec spec;
    spec.subject = "Assay hostile intermediate";
    spec.issuer = "Assay hostile root";
    spec.not_before = pki.root.not_before();
    spec.not_after = pki.root.not_after();
    spec.serial = 9;
    spec.key_cert_sign = true;
    auto made = crypto::make_certificate(spec, pki.intermediate_key.public_key(), pki.root_key,
                                         crypto::HashAlgo::sha256);
    return concat({pki.root.der(), made.value().der(), pki.leaf.der()});
}

// A chain whose Length is wrong, and DIGESTS that agree with it.
void wrong_length(const FaultContext& now, Bytes& response) {
    if (code_of(now.request) == code::get_certificate && now.request[4] == 0 && now.request[5] == 0 &&
        response.size() > 8) {
        response[8] ^= 1;
    }
    if (code_of(now.request) != code::get_digests) return;
    auto message = decode<Digests>(response, now.context());
    if (!message) return;
    const crypto::TestPki& pki = hostile_pki();
    const crypto::Provider& provider = crypto::openssl_provider();
    crypto::HashAlgo hash = now.parameters.suite().hash;
    Identity who{to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
    Bytes chain = who.chain(provider, hash, now.parameters.version);
    chain[0] ^= 1;
    for (Bytes& digest : message->digests) digest = to_bytes(provider.digest(hash, chain).view());
    response = encode_raw(*message, now.context());
}

// A CHALLENGE_AUTH as it was given to an earlier CHALLENGE: its signature is good for the nonce of that one.
void answer_to_another_nonce(const FaultContext& now, Bytes& response) {
    if (code_of(now.request) != code::challenge) return;
    Bytes earlier = now.request;
    earlier[4] ^= 1;  // Nonce
    FaultContext{.parameters = now.parameters, .log = now.log, .request = earlier, .device = now.device}.sign(
        response);
}

// Takes the highest entry out of VERSION; everything after it is honest, at the version that is left.
void without_the_highest(Bytes& response) {
    response.resize(response.size() - 2);
    response[5] -= 1;  // VersionNumberEntryCount
}
void two_versions(Device& device, RequesterConfig& config) {
    device.versions = config.versions = {v1_1, v1_2};
}

void add_slot_faults(std::vector<FaultRow>& rows) {
    const uint8_t digests = code::get_digests;
    const FaultRow more[] = {
        {Check::digests_none, v1_2, answer(digests, "12010000")},
        {Check::digests_subset, v1_3, fields<Digests>([](Digests& m) { m.supported_slot_mask = 1; }), {}},
        {Check::cert_slot,
         v1_2,
         fields<CertificateResponse>([](CertificateResponse& m) { m.slot_id ^= 1; }),
         {}},
        {Check::cert_portion, v1_2, fields<CertificateResponse>([](CertificateResponse& m) {
             m.remainder_length = static_cast<uint16_t>(m.remainder_length + m.cert_chain.size());
             m.cert_chain.clear();
         })},
        {Check::cert_portion,
         v1_2,
         bytes(code::get_certificate,
               [](Bytes& b) {
                   auto m = decode<CertificateResponse>(b, Context{}).value();
                   m.spdm_version = 0x12;
                   m.cert_chain.push_back(0);
                   m.remainder_length -= 1;
                   b = encode_raw(m, Context{});
               }),
         {}},
        {Check::cert_remainder,
         v1_2,
         fields<CertificateResponse>(
             [](CertificateResponse& m) { m.remainder_length += 1; },
             [](const FaultContext& now) { return now.request[4] != 0 || now.request[5] != 0; }),
         {}},
        {Check::cert_structure, v1_2, bytes(code::get_certificate, [](Bytes& b) { b[8] ^= 1; }), {}},
        {Check::cert_structure, v1_2, {}, identity([](Identity& who) { who.certificates.pop_back(); })},
        {Check::cert_digest, v1_2, bytes(digests, [](Bytes& b) { b[4] ^= 1; }), {}},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_chain_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::cert_root_hash, v1_2, {}, identity([](Identity& who) { flip(who.root_der); })},
        {Check::cert_order, v1_2, {}, identity([](Identity& who) {
             const crypto::TestPki& pki = hostile_pki();
             who.certificates = concat({pki.root.der(), pki.leaf.der()});
         })},
        {Check::cert_root, v1_2, {}, [](Device&, RequesterConfig& config) { config.roots.clear(); }},
        {Check::cert_validity, v1_2, {}, [](Device&, RequesterConfig& config) { config.time = {}; }},
        {Check::cert_ca, v1_2, {}, identity([](Identity& who) {
             who.certificates = chain_with_a_plain_intermediate();
         })},
        {Check::cert_leaf_key, v1_2, {}, identity([](Identity& who) {
             auto pki = crypto::make_test_pki(crypto::SignAlgo::ecdsa_p384, crypto::SignAlgo::ed25519,
                                              crypto::HashAlgo::sha256, "Assay hostile");
             who.certificates = pki.value().chain_der();
         })},
        {Check::cert_leaf_not_ca, v1_2, {}, leaf([](crypto::CertificateSpec& spec) { spec.ca = true; })},
        {Check::cert_leaf_constraints, v1_3, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.ca = std::nullopt;
         })},
        {Check::cert_leaf_key_usage, v1_2, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.digital_signature = false;
         })},
        {Check::cert_leaf_role, v1_2, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.eku = {std::string(crypto::kOidRequesterAuth)};
         })},
        {Check::cert_leaf_hardware_id,
         v1_2,
         {},
         [](Device& device, RequesterConfig& config) {
             leaf([](crypto::CertificateSpec& spec) { spec.hardware_identity = true; })(device, config);
             device.flags |= cap::alias_cert;
         }},
        {Check::cert_leaf_version, v1_2, {}, leaf([](crypto::CertificateSpec& spec) { spec.version = 1; })},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_challenge_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::auth_slot, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id = 3; })},
        {Check::auth_slot_mask, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_mask = 4; })},
        {Check::auth_chain_hash, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { flip(m.cert_chain_hash); })},
        {Check::auth_context, v1_3,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.requester_context[7] ^= 1; })},
        {Check::auth_opaque, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.opaque_data = {1, 2, 3, 4}; }),
         [](Device&, RequesterConfig& config) { config.opaque_formats = 0; }},
        {Check::auth_opaque_form, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.opaque_data = {2, 0, 0, 0, 0, 0, 0, 0}; })},
        {Check::auth_opaque_form, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) {
             m.opaque_data = {1, 0, 0, 0, 0, 0, 1, 0, 7, 0, 0, 1};
         })},
        {Check::auth_mutual, v1_1,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id |= kBasicMutAuthReq; })},
        {Check::auth_signature, v1_2, bytes(code::challenge, flip)},
        {Check::cert_structure, v1_2, wrong_length},
        {Check::auth_signature, v1_2, answer_to_another_nonce, {}, false, "SPDM-CHL-011"},
        {Check::auth_signature, v1_2, bytes(code::get_version, without_the_highest), two_versions, true,
         "SPDM-VER-015"},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

}  // namespace

void add_identity_faults(std::vector<FaultRow>& rows) {
    add_slot_faults(rows);
    add_chain_faults(rows);
    add_challenge_faults(rows);
}

}  // namespace assay::cases
