// The walk over a message's fields. Each message has one `describe(Visitor&)`; decoder, encoder, printers,
// annotator, mutators and the generator of malformed variants are visitors.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/wire/codes.h"
#include "stack/wire/context.h"
#include "stack/wire/field.h"

namespace assay::wire {

// The structures that can stand inside a byte string.
enum class Nested : uint8_t {
    opaque_data,         // general opaque data, in the form of the version
    measurement_record,  // measurement blocks
    certificate_chain,   // the chain structure with its header
    message,             // a complete SPDM message
    measurement_log,     // DMTF measurement extension log
    event_groups,        // event groups of SUPPORTED_EVENT_TYPES and SUBSCRIBE_EVENT_TYPES
    device_class,        // DeviceClassIdentifier of ENDPOINT_INFO
};

// Walks fields in wire order. Integers are little-endian unless their field says otherwise. After a failure
// the rest of the walk does nothing: `failed()` says that it failed, `error()` why.
class Visitor {
   public:
    explicit Visitor(const Context& context) : context_(context) {}
    virtual ~Visitor() = default;
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

    const Context& context() const { return context_; }
    Version version() const { return context_.version; }
    bool at_least(Version since) const { return context_.version >= since; }

    bool failed() const { return error_.has_value(); }
    const Error& error() const { return *error_; }

    // The four bytes that every message begins with.
    void header(Code code, uint8_t& spdm_version, const Field& param1_field, uint8_t& param1,
                const Field& param2_field, uint8_t& param2);

    void u8(const Field& field, uint8_t& value) { number(field, value, 1); }
    void u16(const Field& field, uint16_t& value) { number(field, value, 2); }
    void u24(const Field& field, uint32_t& value) { number(field, value, 3); }
    void u32(const Field& field, uint32_t& value) { number(field, value, 4); }
    void u64(const Field& field, uint64_t& value) { number(field, value, 8); }

    // A byte string of fixed size.
    template <size_t N>
    void array(const Field& field, std::array<uint8_t, N>& value) {
        if (!failed()) on_bytes(field, value);
    }
    // A byte string whose size the context gives.
    void sized(const Field& field, Bytes& value, size_t size);
    // A byte string whose size an earlier `length` gave.
    void blob(const Field& field, Bytes& value);
    // Everything that is left of the message.
    void rest(const Field& field, Bytes& value);
    // The same three, for bytes that have a structure of their own.
    void nested_blob(const Field& field, Bytes& value, Nested structure);
    void nested_rest(const Field& field, Bytes& value, Nested structure);

    // A field of `width` bytes that counts the bytes of `target`, which follows later in the message, plus
    // `extra`.
    void length(const Field& field, size_t width, Bytes& target, size_t extra = 0);
    // A field of `width` bytes that counts all bytes of the message.
    void total_length(const Field& field, size_t width);

    // A field of `width` bytes that counts the elements of `items`; each takes at least `item_size` bytes.
    template <class T>
    void count(const Field& field, size_t width, std::vector<T>& items, size_t item_size) {
        uint64_t value = items.size();
        raw_number(field, value, width);
        if (!failed() && decoding()) items.resize(bounded_count(field, value, item_size));
    }
    // The elements of `items`, each walked by `item(visitor, element)`.
    template <class T, class F>
    void list(std::string_view name, std::vector<T>& items, F&& item) {
        for (size_t i = 0; i < items.size() && !failed(); ++i) {
            on_enter(name, i);
            item(*this, items[i]);
            on_leave();
        }
    }
    // Elements until the bytes end; each takes at least one byte.
    template <class T, class F>
    void list_to_end(std::string_view name, std::vector<T>& items, F&& item) {
        if (!decoding()) return list(name, items, item);
        items.clear();
        while (!failed() && remaining() > 0) {
            size_t before = remaining();
            on_enter(name, items.size());
            item(*this, items.emplace_back());
            on_leave();
            if (!failed() && remaining() == before) break;
        }
    }

    // How many elements a list of unknown origin shall have (decoding only); otherwise nothing changes.
    template <class T>
    void resize(std::vector<T>& items, size_t size) {
        if (decoding() && !failed()) items.resize(size);
    }

    // Whether this walk fills the message in (from bytes or text) or reads it out.
    virtual bool decoding() const { return false; }
    // Zero padding up to a multiple of `alignment` bytes from `start`, which `position()` gave earlier.
    void padding(const Field& field, Bytes& value, size_t start, size_t alignment);
    virtual size_t position() const { return 0; }

    // Ends the walk with a reason that a description found, e.g. two fields that contradict each other. A
    // lenient walk goes on.
    void refuse(Errc code, std::string_view field, std::string detail = {});

   protected:
    // A number of 1 to 8 bytes: read it into `value`, or take it from there.
    virtual void on_number(const Field& field, uint64_t& value, size_t width) = 0;
    // Bytes whose number is settled.
    virtual void on_bytes(const Field& field, std::span<uint8_t> bytes) = 0;
    virtual void on_nested(const Field& field, std::span<uint8_t> bytes, Nested) { on_bytes(field, bytes); }
    virtual void on_total_length(const Field& field, size_t width) = 0;
    virtual void on_enter(std::string_view, size_t) {}
    virtual void on_leave() {}
    // Bytes left, while decoding.
    virtual size_t remaining() const { return 0; }
    // The size of a field that takes what is left, while decoding.
    virtual size_t rest_size(const Field&) const { return remaining(); }
    // Lenient walks take what is there where a length promises more.
    virtual bool lenient() const { return false; }

    void set_error(Error error) {
        if (!error_) error_ = std::move(error);
    }

   private:
    template <class T>
    void number(const Field& field, T& value, size_t width) {
        uint64_t wide = value;
        raw_number(field, wide, width);
        if (decoding()) value = static_cast<T>(wide);
    }
    void raw_number(const Field& field, uint64_t& value, size_t width) {
        if (!failed()) on_number(field, value, width);
    }
    size_t bounded_count(const Field& field, uint64_t value, size_t item_size);

    Context context_;
    std::optional<Error> error_;
};

}  // namespace assay::wire
