#include "stack/crypto/kdf.h"

#include <algorithm>

namespace assay::crypto {

SecretBytes hkdf_extract(const Provider& provider, HashAlgo algo, ByteView salt, ByteView ikm) {
    const Bytes zeros(salt.empty() ? digest_size(algo) : 0);
    Digest prk = provider.hmac(algo, salt.empty() ? ByteView(zeros) : salt, ikm);
    SecretBytes out(prk.view());
    wipe(prk.resize(kMaxDigest));
    return out;
}

Result<SecretBytes> hkdf_expand(const Provider& provider, HashAlgo algo, ByteView prk, ByteView info,
                                size_t size) {
    const size_t width = digest_size(algo);
    if (size > 255 * width) return fail(Errc::out_of_range, "HKDF-Expand size");
    SecretBytes out(size);
    // T(n - 1) || info || n, with T(0) empty: the first block's input begins at `info`.
    SecretBytes block(width + info.size() + 1);
    const std::span<uint8_t> input = block.span();
    std::ranges::copy(info, input.begin() + static_cast<std::ptrdiff_t>(width));
    Digest t;
    for (size_t at = 0; at < size; at += width) {
        input.back() = static_cast<uint8_t>(at / width + 1);
        t = provider.hmac(algo, prk, at == 0 ? input.subspan(width) : input);
        std::ranges::copy(t.view(), input.begin());
        std::ranges::copy(t.view().first(std::min(width, size - at)),
                          out.span().begin() + static_cast<std::ptrdiff_t>(at));
    }
    wipe(t.resize(kMaxDigest));
    return out;
}

}  // namespace assay::crypto
