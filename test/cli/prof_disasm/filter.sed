s|^[^ ]*/program:|program:|;s|/[^ ]*/stripped|stripped|
