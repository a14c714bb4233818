"""Localised words that the press inserts in a book, in the languages that it supports.

They have the same names as in Quarto, so that `language:` overrides them in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# One column per language, in the order of this tuple.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
_TABLE = """
crossref-fig-title | Figure | Abbildung | Figure | Figura | Figura | Figura | Figuur
crossref-tbl-title | Table | Tabelle | Tableau | Tabla | Tabella | Tabela | Tabel
crossref-lst-title | Listing | Quellcode | Extrait | Listado | Lista | Listagem | Codefragment
crossref-thm-title | Theorem | Theorem | Théorème | Teorema | Teorema | Teorema | Stelling
crossref-lem-title | Lemma | Lemma | Lemme | Lema | Lemma | Lema | Lemma
crossref-cor-title | Corollary | Korollar | Corollaire | Corolario | Corollario | Corolário | Gevolg
crossref-prp-title | Proposition | Satz | Proposition | Proposición | Proposizione | Proposição | Propositie
crossref-cnj-title | Conjecture | Vermutung | Conjecture | Conjetura | Congettura | Conjectura | Vermoeden
crossref-def-title | Definition | Definition | Définition | Definición | Definizione | Definição | Definitie
crossref-exm-title | Example | Beispiel | Exemple | Ejemplo | Esempio | Exemplo | Voorbeeld
crossref-exr-title | Exercise | Übung | Exercice | Ejercicio | Esercizio | Exercício | Oefening
crossref-alg-title | Algorithm | Algorithmus | Algorithme | Algoritmo | Algoritmo | Algoritmo | Algoritme
crossref-ch-prefix | Chapter | Kapitel | Chapitre | Capítulo | Capitolo | Capítulo | Hoofdstuk
crossref-apx-prefix | Appendix | Anhang | Annexe | Apéndice | Appendice | Apêndice | Bijlage
crossref-sec-prefix | Section | Abschnitt | Section | Sección | Sezione | Seção | Sectie
crossref-eq-prefix | Equation | Gleichung | Équation | Ecuación | Equazione | Equação | Vergelijking
environment-proof-title | Proof | Beweis | Preuve | Prueba | Dimostrazione | Demonstração | Bewijs
environment-remark-title | Remark | Bemerkung | Remarque | Observación | Osservazione | Observação | Opmerking
environment-solution-title | Solution | Lösung | Solution | Solución | Soluzione | Solução | Oplossing
callout-note-title | Note | Hinweis | Note | Nota | Nota | Nota | Opmerking
callout-tip-title | Tip | Tipp | Astuce | Tip | Suggerimento | Dica | Tip
callout-warning-title | Warning | Warnung | Avertissement | Advertencia | Avviso | Aviso | Waarschuwing
callout-caution-title | Caution | Vorsicht | Mise en garde | Precaución | Attenzione | Cuidado | Voorzichtig
callout-important-title | Important | Wichtig | Important | Importante | Importante | Importante | Belangrijk
section-title-abstract | Abstract | Zusammenfassung | Résumé | Resumen | Sommario | Resumo | Samenvatting
section-title-appendices | Appendices | Anhänge | Annexes | Apéndices | Appendici | Apêndices | Bijlagen
toc-title-website | On this page | Auf dieser Seite | Sur cette page | En esta página | In questa pagina | Nesta página | Op deze pagina
code-summary | Code | Code | Code | Código | Codice | Código | Code
"""  # noqa: E501 - a table
_WORDS = {
    language: {
        name.strip(): columns[at].strip()
        for name, *columns in (line.split("|") for line in _TABLE.strip().splitlines())
    }
    for at, language in enumerate(_LANGUAGES)
}


def is_known(language: object) -> bool:
    """Return whether the press supports a language, such as ``en-GB``."""
    return str(language).partition("-")[0].lower() in _WORDS


def words_of(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of a book's language, with the overrides of its option `language`."""
    language = str(options.get("lang") or "en")
    words = dict(_WORDS["en"])
    words |= _WORDS.get(language.partition("-")[0].lower(), {})
    given = options.get("language")
    given = given if isinstance(given, Mapping) else {}
    own = [given, given.get(language.partition("-")[0]), given.get(language)]
    for layer in own:
        if isinstance(layer, Mapping):
            words |= {key: str(text) for key, text in layer.items() if isinstance(text, str)}
    return words
