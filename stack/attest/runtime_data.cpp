#include "stack/attest/runtime_data.h"

#include "stack/attest/base64.h"
#include "stack/attest/json_object.h"
#include "stack/crypto/provider.h"
#include "stack/crypto/rsa_key.h"

namespace assay::attest {

namespace {

using nlohmann::json;

constexpr size_t kReportData = 64;

std::unexpected<Error> wrong(Errc code, std::string why) {
    return fail(code, "runtime data", Error::npos, std::move(why));
}

// A member that is text; empty when it is not there, or is none.
std::string text(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// RFC 7517, 5, and RFC 7518, 6.3.1.
Result<crypto::PublicKey> attestation_key(const json& root) {
    const auto keys = root.find("keys");
    if (keys == root.end() || !keys->is_array()) return wrong(Errc::bad_text, "it has no list of keys");
    const json* found = nullptr;
    for (const json& key : *keys) {
        if (!key.is_object() || text(key, "kid") != kAttestationKeyId) continue;
        if (found != nullptr) return wrong(Errc::bad_text, "it has two attestation keys");
        found = &key;
    }
    if (found == nullptr) return wrong(Errc::bad_text, "it has no attestation key");
    const auto modulus = from_base64url(text(*found, "n")), exponent = from_base64url(text(*found, "e"));
    if (text(*found, "kty") != "RSA" || !modulus || !exponent)
        return wrong(Errc::bad_key, "the attestation key is no RSA key");
    return crypto::rsa_public_key(*modulus, *exponent);
}

}  // namespace

Result<RuntimeData> parse_runtime_data(ByteView bytes) {
    const json root = TRY(parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    if (!root.is_object()) return wrong(Errc::bad_text, "it is no object");
    RuntimeData data;
    data.attestation_key = TRY(attestation_key(root));
    const auto configuration = root.find("vm-configuration");
    if (configuration != root.end()) data.vm_configuration = *configuration;
    return data;
}

Bytes runtime_report_data(ByteView bytes) {
    Bytes data = to_bytes(crypto::openssl_provider().digest(crypto::HashAlgo::sha256, bytes).view());
    data.resize(kReportData);
    return data;
}

}  // namespace assay::attest
