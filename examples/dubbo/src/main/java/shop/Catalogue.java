package shop;

/** Both methods answer with the name of the provider. */
public interface Catalogue {
    String list(String shelf);

    String order(String title);
}
