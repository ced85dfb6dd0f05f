#include "stack/crypto/kdf.h"

namespace assay::crypto {

SecretBytes hkdf_extract(const Provider& provider, HashAlgo algo, ByteView salt, ByteView ikm) {
    Digest prk = provider.hmac(algo, salt, ikm);
    SecretBytes out(prk.view());
    wipe(prk.resize(prk.size()));
    return out;
}

Result<SecretBytes> hkdf_expand(const Provider& provider, HashAlgo algo, ByteView prk, ByteView info, size_t size) {
    if (size > 255 * digest_size(algo)) {
        return fail(Errc::out_of_range, "HKDF", Error::npos, "more than 255 blocks asked for");
    }
    SecretBytes out(size);
    Digest block;
    uint8_t counter = 0;
    for (size_t done = 0; done < size;) {
        ++counter;
        SecretBytes input(concat({block.view(), info, {{counter}}}));
        block = provider.hmac(algo, prk, input.view());
        for (size_t i = 0; i < block.size() && done < size; ++i, ++done) out.span()[done] = block.view()[i];
    }
    wipe(block.resize(block.size()));
    return out;
}

}  // namespace assay::crypto
