#include "stack/attest/binding.h"

#include "stack/attest/chain.h"

namespace assay::attest {

namespace {

void append_leaf(Bytes& out, const crypto::Certificate& leaf) {
    append(out, crypto::openssl_provider().digest(crypto::HashAlgo::sha384, leaf.der()).view());
}

Bytes nonce_and_leaves(const wire::Nonce& nonce, std::span<const crypto::Certificate> gpu_leaves) {
    Bytes all = to_bytes(nonce);
    for (const crypto::Certificate& leaf : gpu_leaves) append_leaf(all, leaf);
    return all;
}

Bytes digest(crypto::HashAlgo hash, ByteView bytes) {
    return to_bytes(crypto::openssl_provider().digest(hash, bytes).view());
}

// Whether the file can be read is for the appraisal of what it belongs to.
Result<crypto::Certificate> leaf_of(const File& file) {
    Appraisal unheard;
    const std::optional<Chain> chain = read_chain(unheard, "", file);
    if (!chain || chain->empty()) return fail(Errc::bad_cert, "certificates", Error::npos, file.path);
    return chain->front();
}

}  // namespace

Bytes quote_data(const wire::Nonce& nonce) { return to_bytes(nonce); }

Bytes bound_quote_data(const wire::Nonce& nonce, std::span<const crypto::Certificate> gpu_leaves) {
    return digest(crypto::HashAlgo::sha256, nonce_and_leaves(nonce, gpu_leaves));
}

Bytes report_data(const wire::Nonce& nonce) { return concat({nonce, Bytes(wire::kNonceSize)}); }

Bytes bound_report_data(const wire::Nonce& nonce, std::span<const crypto::Certificate> gpu_leaves,
                        const crypto::Certificate* attestation_key) {
    Bytes all = nonce_and_leaves(nonce, gpu_leaves);
    if (attestation_key != nullptr) append_leaf(all, *attestation_key);
    return digest(crypto::HashAlgo::sha512, all);
}

Result<std::vector<crypto::Certificate>> gpu_leaves(const Evidence& evidence) {
    std::vector<crypto::Certificate> leaves;
    leaves.reserve(evidence.gpus.size());
    for (const GpuEvidence& gpu : evidence.gpus) leaves.push_back(TRY(leaf_of(gpu.certificates)));
    return leaves;
}

Result<crypto::Certificate> attestation_key(const Evidence& evidence) {
    if (!evidence.tpm) return fail(Errc::state, "tpm");
    return leaf_of(evidence.tpm->certificates);
}

}  // namespace assay::attest
