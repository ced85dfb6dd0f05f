// How each type that forms are made of is a place (place.h).
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stack/base/time_text.h"
#include "stack/evidence/enum_names.h"
#include "stack/evidence/members.h"
#include "stack/evidence/place.h"

namespace assay::evidence {

template <class T>
std::unique_ptr<Place> place_of(T& value);

inline std::unexpected<Error> misfit(std::string detail) {
    return fail(Errc::bad_text, "value", Error::npos, std::move(detail));
}

template <class T>
concept Form = requires(T& form) { members(form, [](std::string_view, auto&) {}); };

// Numbers, truth values and text.
template <class T>
class ScalarPlace final : public Place {
   public:
    explicit ScalarPlace(T& value) : value_(value) {}
    Json get() const override { return value_; }
    Result<> set(const Json& value) override {
        if constexpr (std::is_same_v<T, bool>) {
            if (!value.is_boolean()) return misfit("not true or false: " + value.dump());
        } else if constexpr (std::is_integral_v<T>) {
            if (!value.is_number_integer()) return misfit("not a whole number: " + value.dump());
            if (value.is_number_unsigned() ? !std::in_range<T>(value.get<uint64_t>())
                                           : !std::in_range<T>(value.get<int64_t>()))
                return misfit("beyond what the member can hold: " + value.dump());
        } else if (!value.is_string()) {
            return misfit("not text: " + value.dump());
        }
        value_ = value.get<T>();
        return {};
    }

   private:
    T& value_;
};

template <class E>
class EnumPlace final : public Place {
   public:
    explicit EnumPlace(E& value) : value_(value) {}
    Json get() const override { return EnumNames<E>::name(value_); }
    Result<> set(const Json& value) override {
        for (const E one : EnumNames<E>::kAll) {
            if (value != EnumNames<E>::name(one)) continue;
            value_ = one;
            return {};
        }
        return misfit("no such name: " + value.dump());
    }

   private:
    E& value_;
};

class BytesPlace final : public Place {
   public:
    explicit BytesPlace(Bytes& value) : value_(value) {}
    Json get() const override { return to_hex(value_); }
    Result<> set(const Json& value) override {
        if (!value.is_string()) return misfit("not hexadecimal: " + value.dump());
        value_ = TRY(from_hex(value.get<std::string>()));
        return {};
    }
    size_t size() const override { return value_.size(); }
    Bytes* bytes() override { return &value_; }

   private:
    Bytes& value_;
};

class HookPlace final : public Place {
   public:
    explicit HookPlace(ByteHook& value) : value_(value) {}
    Json get() const override { return nullptr; }
    Result<> set(const Json& value) override {
        if (!value.is_null()) return misfit("a hook can only be taken away");
        value_ = nullptr;
        return {};
    }
    ByteHook* hook() override { return &value_; }

   private:
    ByteHook& value_;
};

class TimePlace final : public Place {
   public:
    explicit TimePlace(crypto::UnixTime& value) : value_(value) {}
    Json get() const override { return time_text(value_); }
    Result<> set(const Json& value) override {
        if (!value.is_string()) return misfit("not a time: " + value.dump());
        value_ = TRY(parse_time(value.get<std::string>()));
        return {};
    }

   private:
    crypto::UnixTime& value_;
};

// What may be missing: null, or as what is there.
template <class T>
class OptionalPlace final : public Place {
   public:
    explicit OptionalPlace(std::optional<T>& value) : value_(value) {}
    Json get() const override { return value_ ? place_of(*value_)->get() : Json(); }
    Result<> set(const Json& value) override {
        if (value.is_null()) {
            value_.reset();
            return {};
        }
        if (!value_) value_.emplace();
        return place_of(*value_)->set(value);
    }
    std::unique_ptr<Place> member(std::string_view name) override {
        return value_ ? place_of(*value_)->member(name) : nullptr;
    }
    std::unique_ptr<Place> element(size_t index) override {
        return value_ ? place_of(*value_)->element(index) : nullptr;
    }
    size_t size() const override { return value_ ? place_of(*value_)->size() : 0; }
    Bytes* bytes() override {
        if constexpr (std::is_same_v<T, Bytes>) return value_ ? &*value_ : nullptr;
        return nullptr;
    }

   protected:
    const char* type() const override { return &kTag<T>; }
    void* address() override { return value_ ? &*value_ : nullptr; }

   private:
    std::optional<T>& value_;
};

template <class T>
class ListPlace final : public Place {
   public:
    explicit ListPlace(std::vector<T>& value) : value_(value) {}
    Json get() const override {
        Json all = Json::array();
        for (T& one : value_) all.push_back(place_of(one)->get());
        return all;
    }
    Result<> set(const Json& value) override {
        if (!value.is_array()) return misfit("not a list: " + value.dump());
        std::vector<T> all(value.size());
        for (size_t i = 0; i < all.size(); ++i) TRY(place_of(all[i])->set(value[i]));
        value_ = std::move(all);
        return {};
    }
    std::unique_ptr<Place> element(size_t index) override {
        return index < value_.size() ? place_of(value_[index]) : nullptr;
    }
    size_t size() const override { return value_.size(); }
    Result<> insert(size_t index, const Json& value) override {
        T one{};
        TRY(place_of(one)->set(value));
        const size_t at = std::min(index, value_.size());
        value_.insert(value_.begin() + static_cast<std::ptrdiff_t>(at), std::move(one));
        return {};
    }
    Result<> erase_element(size_t index) override {
        if (index >= value_.size()) return Place::erase_element(index);
        value_.erase(value_.begin() + static_cast<std::ptrdiff_t>(index));
        return {};
    }

   protected:
    const char* type() const override { return &kTag<std::vector<T>>; }
    void* address() override { return &value_; }

   private:
    std::vector<T>& value_;
};

// Two of a kind, as a list of two: a type and a value of a name.
template <class A, class B>
class PairPlace final : public Place {
   public:
    explicit PairPlace(std::pair<A, B>& value) : value_(value) {}
    Json get() const override {
        return Json::array({place_of(value_.first)->get(), place_of(value_.second)->get()});
    }
    Result<> set(const Json& value) override {
        if (!value.is_array() || value.size() != 2) return misfit("not a list of two: " + value.dump());
        TRY(place_of(value_.first)->set(value[0]));
        return place_of(value_.second)->set(value[1]);
    }
    std::unique_ptr<Place> element(size_t index) override {
        if (index > 1) return nullptr;
        return index == 0 ? place_of(value_.first) : place_of(value_.second);
    }
    size_t size() const override { return 2; }

   private:
    std::pair<A, B>& value_;
};

// Maps and attributes: an object. A member that is not there yet is made when it is asked for.
template <class M>
class MapPlace final : public Place {
   public:
    explicit MapPlace(M& value) : value_(value) {}
    Json get() const override {
        Json all = Json::object();
        for (auto& [key, one] : value_) all[fmt::format("{}", key)] = place_of(one)->get();
        return all;
    }
    Result<> set(const Json& value) override {
        if (!value.is_object()) return misfit("not an object: " + value.dump());
        value_.clear();
        for (const auto& [name, one] : value.items()) {
            const auto place = member(name);
            if (!place) return misfit("not a key: " + name);
            TRY(place->set(one));
        }
        return {};
    }
    std::unique_ptr<Place> member(std::string_view name) override {
        if constexpr (std::is_same_v<M, Attributes>) {
            const auto found = std::ranges::find(value_, name, &M::value_type::first);
            return place_of(found != value_.end() ? found->second
                                                  : value_.emplace_back(std::string(name), "").second);
        } else {
            const auto key = key_of(name);
            return key ? place_of(value_[*key]) : nullptr;
        }
    }
    Result<> erase_member(std::string_view name) override {
        if constexpr (std::is_same_v<M, Attributes>) {
            if (value_.get(name).empty()) return Place::erase_member(name);
            value_.drop(name);
        } else {
            const auto key = key_of(name);
            if (!key || value_.erase(*key) == 0) return Place::erase_member(name);
        }
        return {};
    }
    size_t size() const override { return value_.size(); }

   private:
    static auto key_of(std::string_view name) {
        using Key = std::remove_const_t<typename M::value_type::first_type>;
        if constexpr (std::is_same_v<Key, std::string>) {
            return std::optional(std::string(name));
        } else {
            Key key{};
            const auto end = name.data() + name.size();
            const auto [stopped, error] = std::from_chars(name.data(), end, key);
            return error == std::errc() && stopped == end ? std::optional(key) : std::nullopt;
        }
    }

    M& value_;
};

template <Form T>
class FormPlace final : public Place {
   public:
    explicit FormPlace(T& form) : form_(form) {}
    Json get() const override {
        Json all = Json::object();
        members(form_,
                [&](std::string_view name, auto& one) { all[std::string(name)] = place_of(one)->get(); });
        return all;
    }
    Result<> set(const Json& value) override {
        if (!value.is_object()) return misfit("not an object: " + value.dump());
        for (const auto& [name, one] : value.items()) {
            const auto place = member(name);
            if (!place) return misfit("no such member: " + name);
            TRY(place->set(one));
        }
        return {};
    }
    std::unique_ptr<Place> member(std::string_view wanted) override {
        std::unique_ptr<Place> found;
        members(form_, [&](std::string_view name, auto& one) {
            if (name == wanted) found = place_of(one);
        });
        return found;
    }

   protected:
    const char* type() const override { return &kTag<T>; }
    void* address() override { return &form_; }

   private:
    T& form_;
};

class JsonPlace final : public Place {
   public:
    explicit JsonPlace(Json& value) : value_(value) {}
    Json get() const override { return value_; }
    Result<> set(const Json& value) override {
        value_ = value;
        return {};
    }
    std::unique_ptr<Place> member(std::string_view name) override {
        if (!value_.is_object() && !value_.is_null()) return nullptr;
        return std::make_unique<JsonPlace>(value_[std::string(name)]);
    }
    std::unique_ptr<Place> element(size_t index) override {
        if (!value_.is_array() || index >= value_.size()) return nullptr;
        return std::make_unique<JsonPlace>(value_[index]);
    }
    size_t size() const override { return value_.size(); }
    Result<> insert(size_t index, const Json& value) override {
        if (!value_.is_array()) return Place::insert(index, value);
        value_.insert(value_.begin() + static_cast<std::ptrdiff_t>(std::min(index, value_.size())), value);
        return {};
    }
    Result<> erase_element(size_t index) override {
        if (!value_.is_array() || index >= value_.size()) return Place::erase_element(index);
        value_.erase(index);
        return {};
    }
    Result<> erase_member(std::string_view name) override {
        if (!value_.is_object() || value_.erase(std::string(name)) == 0) return Place::erase_member(name);
        return {};
    }

   private:
    Json& value_;
};

template <class T>
struct PlaceOf {
    using Type = ScalarPlace<T>;
};
template <class T>
    requires std::is_enum_v<T>
struct PlaceOf<T> {
    using Type = EnumPlace<T>;
};
template <Form T>
struct PlaceOf<T> {
    using Type = FormPlace<T>;
};
template <>
struct PlaceOf<Bytes> {
    using Type = BytesPlace;
};
template <>
struct PlaceOf<ByteHook> {
    using Type = HookPlace;
};
template <>
struct PlaceOf<crypto::UnixTime> {
    using Type = TimePlace;
};
template <>
struct PlaceOf<Json> {
    using Type = JsonPlace;
};
template <>
struct PlaceOf<Attributes> {
    using Type = MapPlace<Attributes>;
};
template <class T>
struct PlaceOf<std::optional<T>> {
    using Type = OptionalPlace<T>;
};
template <class T>
    requires(!std::is_same_v<T, uint8_t>)
struct PlaceOf<std::vector<T>> {
    using Type = ListPlace<T>;
};
template <class A, class B>
struct PlaceOf<std::pair<A, B>> {
    using Type = PairPlace<A, B>;
};
template <class K, class T>
struct PlaceOf<std::map<K, T>> {
    using Type = MapPlace<std::map<K, T>>;
};

template <class T>
std::unique_ptr<Place> place_of(T& value) {
    return std::make_unique<typename PlaceOf<T>::Type>(value);
}

}  // namespace assay::evidence
