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
class DescribedAs final : public Described {
   public:
    explicit DescribedAs(M structure = {}) : structure_(std::move(structure)) {}
    void describe(Visitor& v) override { structure_.describe(v); }

   private:
    M structure_;
};

template <class M>
std::unique_ptr<Described> make_described() {
    return std::make_unique<DescribedAs<M>>();
}

}  // namespace assay::wire
