#include "stack/attest/binding.h"

#include <fmt/format.h>

#include <algorithm>

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

// Whether the file can be read is checked where the evidence that it belongs to is appraised.
Result<crypto::Certificate> leaf_of(const File& file) {
    Appraisal unheard;
    const std::optional<Chain> chain = read_chain(unheard, "", file);
    if (!chain || chain->empty()) return fail(Errc::bad_cert, "certificates", Error::npos, file.path);
    return chain->front();
}

// What is expected of one subject, or null.
const Bytes* given(const Context& context, const std::string& subject) {
    const auto found = context.expected.find(subject);
    return found == context.expected.end() ? nullptr : &found->second;
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

std::optional<wire::Nonce> expected_nonce(const Context& context, const std::string& gpu_subject) {
    const Bytes* bytes = given(context, gpu_subject);
    if (bytes == nullptr) bytes = given(context, "gpu");
    if (bytes == nullptr) return context.nonce;
    wire::Nonce nonce{};
    // A report has no value of another size.
    if (bytes->size() != nonce.size()) return std::nullopt;
    std::ranges::copy(*bytes, nonce.begin());
    return nonce;
}

std::optional<Bytes> expected_quote_data(const Context& context) {
    if (const Bytes* bytes = given(context, "tpm")) return *bytes;
    if (context.nonce) return quote_data(*context.nonce);
    return std::nullopt;
}

std::optional<Bytes> expected_report_data(const Context& context) {
    if (const Bytes* bytes = given(context, "snp")) return *bytes;
    if (context.nonce) return report_data(*context.nonce);
    return std::nullopt;
}

bool all_expected(const Context& context, const Evidence& evidence) {
    if (evidence.empty()) return context.nonce.has_value();
    for (size_t i = 0; i < evidence.gpus.size(); ++i)
        if (!expected_nonce(context, fmt::format("gpu-{}", i))) return false;
    if (evidence.tpm && !expected_quote_data(context)) return false;
    const bool snp = evidence.snp && evidence.snp->runtime_data.path.empty();
    return !snp || expected_report_data(context).has_value();
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
