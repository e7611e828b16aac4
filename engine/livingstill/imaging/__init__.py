"""Operations on pictures that every stage uses, the same bits on every machine."""
