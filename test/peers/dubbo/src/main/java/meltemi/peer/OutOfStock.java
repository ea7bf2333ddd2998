package meltemi.peer;

/** A business exception, declared by the interface. */
public class OutOfStock extends Exception {
    public OutOfStock(String message) {
        super(message);
    }
}
