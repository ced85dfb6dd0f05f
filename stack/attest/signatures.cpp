#include "stack/attest/signatures.h"

namespace assay::attest {

namespace {

Bytes identity(ByteView what, const crypto::Certificate& signer) {
    const auto digest = [](ByteView bytes) {
        return crypto::openssl_provider().digest(crypto::HashAlgo::sha256, bytes);
    };
    return concat({digest(what).view(), digest(signer.der()).view()});
}

}  // namespace

bool Signatures::issued_by(const crypto::Certificate& child, const crypto::Certificate& parent) {
    if (!crypto::names_issuer(child, parent)) return false;
    const auto [at, added] = issued_.try_emplace(identity(child.der(), parent));
    if (added) at->second = crypto::issued_by(child, parent);
    return at->second;
}

bool Signatures::signed_by(const crypto::OcspResponse& response, const crypto::Certificate& signer) {
    const auto [at, added] = spoken_.try_emplace(identity(response.der(), signer));
    if (added) at->second = response.signed_by(signer.public_key());
    return at->second;
}

}  // namespace assay::attest
