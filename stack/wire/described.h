// A message or structure whose type is not known at compile time.
#pragma once

#include <memory>

#include "stack/wire/visitor.h"

namespace assay::wire {

class Described {
   public:
    Described() = default;
    Described(const Described&) = delete;
    Described& operator=(const Described&) = delete;
    virtual ~Described() = default;
    virtual void describe(Visitor& v) = 0;
};

// Makes one with its fields at their defaults.
using Make = std::unique_ptr<Described>();

template <class M>
std::unique_ptr<Described> make_described() {
    class Holder final : public Described {
       public:
        void describe(Visitor& v) override { message_.describe(v); }

       private:
        M message_;
    };
    return std::make_unique<Holder>();
}

}  // namespace assay::wire
