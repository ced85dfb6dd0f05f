// A place in a form, or in JSON, that is found by a path: "snp.platform_info", "gpus[0].report.blocks[9]".
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::evidence {

using Json = nlohmann::ordered_json;
using ByteHook = std::function<void(Bytes&)>;

// What stands at a place is read and written as JSON: bytes as hexadecimal digits, times as
// "2026-05-01T00:00:00Z", enumerators by their names, what may be missing as null, forms and maps as objects.
// A hook is called on bytes of what a form makes; it is null in JSON, and other places keep theirs.
class Place {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    virtual ~Place() = default;

    virtual Json get() const = 0;
    // Errors: Errc::bad_text for a value that does not fit.
    virtual Result<> set(const Json& value) = 0;

    // Null where there is none.
    virtual std::unique_ptr<Place> member(std::string_view /*name*/) { return nullptr; }
    virtual std::unique_ptr<Place> element(size_t /*index*/) { return nullptr; }
    // Elements of a list, bytes of a byte string.
    virtual size_t size() const { return 0; }
    // Before the element at that index, or at the end. Errors: as set, also where there is no list.
    virtual Result<> insert(size_t index, const Json& value);
    // Errors: Errc::bad_text when it is not there.
    virtual Result<> erase_element(size_t index);
    virtual Result<> erase_member(std::string_view name);

    // Null where it is something else.
    virtual Bytes* bytes() { return nullptr; }
    virtual ByteHook* hook() { return nullptr; }
    // The form itself, if it is a T.
    template <class T>
    T* as() {
        return type() == &kTag<T> ? static_cast<T*>(address()) : nullptr;
    }

   protected:
    template <class T>
    static inline const char kTag = 0;
    virtual const char* type() const { return nullptr; }
    virtual void* address() { return nullptr; }
};

}  // namespace assay::evidence
