// Owners of what a C library hands out.
#pragma once

#include <memory>

namespace assay {

template <auto Release>
struct Releaser {
    template <class T>
    void operator()(T* handle) const {
        Release(handle);
    }
};

// Releases its handle by that function: Owner<BIO, BIO_free_all>.
template <class T, auto Release>
using Owner = std::unique_ptr<T, Releaser<Release>>;

}  // namespace assay
