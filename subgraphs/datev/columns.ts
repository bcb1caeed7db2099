/**
 * What stands in a column: t36 text of 36 characters, b36 such a text of the few characters that a document field
 * takes, n9 a number of 9 digits, a10.2 an amount of 10 digits and 2 decimals, f "0" or "1", d4 TTMM, y4 JJJJ,
 * d8 TTMMJJJJ. Only texts stand in quotes.
 */
export interface Column {
  name: string
  kind: 't' | 'b' | 'n' | 'a' | 'f' | 'd' | 'y'
  /** Characters or digits at most; of amounts, before the comma. */
  most: number
  decimals: number
}

function columns(table: string): Column[] {
  return table
    .replaceAll('\n', '')
    .split(';')
    .map((entry) => {
      const [, name = '', kind, most, decimals] = /^(.+)=([tbnafdy])(\d+)?(?:\.(\d))?$/.exec(entry) ?? []
      return { name, kind: kind as Column['kind'], most: Number(most ?? 1), decimals: Number(decimals ?? 0) }
    })
}

/** Postings, category 21, version 13. https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel */
export const POSTING = columns(`
Umsatz (ohne Soll/Haben-Kz)=a10.2;Soll/Haben-Kennzeichen=t1;WKZ Umsatz=t3;Kurs=a4.6;Basis-Umsatz=a10.2;
WKZ Basis-Umsatz=t3;Konto=n9;Gegenkonto (ohne BU-Schlüssel)=n9;BU-Schlüssel=t4;Belegdatum=d4;
Belegfeld 1=b36;Belegfeld 2=b12;Skonto=a8.2;Buchungstext=t60;Postensperre=f;Diverse Adressnummer=t9;
Geschäftspartnerbank=n3;Sachverhalt=n2;Zinssperre=f;Beleglink=t210;Beleginfo - Art 1=t20;
Beleginfo - Inhalt 1=t210;Beleginfo - Art 2=t20;Beleginfo - Inhalt 2=t210;Beleginfo - Art 3=t20;
Beleginfo - Inhalt 3=t210;Beleginfo - Art 4=t20;Beleginfo - Inhalt 4=t210;Beleginfo - Art 5=t20;
Beleginfo - Inhalt 5=t210;Beleginfo - Art 6=t20;Beleginfo - Inhalt 6=t210;Beleginfo - Art 7=t20;
Beleginfo - Inhalt 7=t210;Beleginfo - Art 8=t20;Beleginfo - Inhalt 8=t210;KOST1 - Kostenstelle=t36;
KOST2 - Kostenstelle=t36;Kost-Menge=a9.2;EU-Land u. UStID=t15;EU-Steuersatz=a2.2;Abw. Versteuerungsart=t1;
Sachverhalt L+L=n3;Funktionsergänzung L+L=n3;BU 49 Hauptfunktionstyp=n1;BU 49 Hauptfunktionsnummer=n2;
BU 49 Funktionsergänzung=n3;Zusatzinformation - Art 1=t20;Zusatzinformation - Inhalt 1=t210;
Zusatzinformation - Art 2=t20;Zusatzinformation - Inhalt 2=t210;Zusatzinformation - Art 3=t20;
Zusatzinformation - Inhalt 3=t210;Zusatzinformation - Art 4=t20;Zusatzinformation - Inhalt 4=t210;
Zusatzinformation - Art 5=t20;Zusatzinformation - Inhalt 5=t210;Zusatzinformation - Art 6=t20;
Zusatzinformation - Inhalt 6=t210;Zusatzinformation - Art 7=t20;Zusatzinformation - Inhalt 7=t210;
Zusatzinformation - Art 8=t20;Zusatzinformation - Inhalt 8=t210;Zusatzinformation - Art 9=t20;
Zusatzinformation - Inhalt 9=t210;Zusatzinformation - Art 10=t20;Zusatzinformation - Inhalt 10=t210;
Zusatzinformation - Art 11=t20;Zusatzinformation - Inhalt 11=t210;Zusatzinformation - Art 12=t20;
Zusatzinformation - Inhalt 12=t210;Zusatzinformation - Art 13=t20;Zusatzinformation - Inhalt 13=t210;
Zusatzinformation - Art 14=t20;Zusatzinformation - Inhalt 14=t210;Zusatzinformation - Art 15=t20;
Zusatzinformation - Inhalt 15=t210;Zusatzinformation - Art 16=t20;Zusatzinformation - Inhalt 16=t210;
Zusatzinformation - Art 17=t20;Zusatzinformation - Inhalt 17=t210;Zusatzinformation - Art 18=t20;
Zusatzinformation - Inhalt 18=t210;Zusatzinformation - Art 19=t20;Zusatzinformation - Inhalt 19=t210;
Zusatzinformation - Art 20=t20;Zusatzinformation - Inhalt 20=t210;Stück=n8;Gewicht=a8.2;Zahlweise=n2;
Forderungsart=t10;Veranlagungsjahr=y4;Zugeordnete Fälligkeit=d8;Skontotyp=n1;Auftragsnummer=t30;
Buchungstyp=t2;USt-Schlüssel (Anzahlungen)=n2;EU-Land (Anzahlungen)=t2;Sachverhalt L+L (Anzahlungen)=n3;
EU-Steuersatz (Anzahlungen)=a2.2;Erlöskonto (Anzahlungen)=n9;Herkunft-Kz=t2;Leerfeld=t36;KOST-Datum=d8;
SEPA-Mandatsreferenz=t35;Skontosperre=f;Gesellschaftername=t76;Beteiligtennummer=n4;
Identifikationsnummer=t11;Zeichnernummer=t20;Postensperre bis=d8;Bezeichnung SoBil-Sachverhalt=t30;
Kennzeichen SoBil-Buchung=n2;Festschreibung=f;Leistungsdatum=d8;Datum Zuord. Steuerperiode=d8;Fälligkeit=d8;
Generalumkehr=t1;Steuersatz=a2.2;Land=t2;Abrechnungsreferenz=n6;
BVV-Position (Betriebsvermögensvergleich)=n1;EU-Mitgliedstaat u. UStID (Ursprung)=t15;
EU-Steuersatz (Ursprung)=a2.2;Abw. Skontokonto=n9`)

/** Debtors and creditors, category 16, version 5. https://developer.datev.de/datev/platform/de/dtvf */
export const DEBTOR = columns(`
Konto=n9;Name (Adressatentyp Unternehmen)=t50;Unternehmensgegenstand=t50;
Name (Adressatentyp natürl. Person)=t30;Vorname (Adressatentyp natürl. Person)=t30;
Name (Adressatentyp keine Angabe)=t50;Adressatentyp=t1;Kurzbezeichnung=t15;EU-Mitgliedstaat=t2;
EU-USt-IdNr.=t13;Anrede=t30;Titel/Akad.Grad=t25;Adelstitel=t15;Namensvorsatz=t14;Adressart=t3;Straße=t36;
Postfach=t10;Postleitzahl=t10;Ort=t30;Land=t2;Versandzusatz=t50;Adresszusatz=t36;Abweichende Anrede=t30;
Abw. Zustellbezeichnung 1=t36;Abw. Zustellbezeichnung 2=t36;Kennz. Korrespondenzadresse=f;
Adresse Gültig von=d8;Adresse Gültig bis=d8;Telefon=t60;Bemerkung (Telefon)=t40;
Telefon Geschäftsleitung=t60;Bemerkung (Telefon GL)=t40;E-Mail=t60;Bemerkung (E-Mail)=t40;Internet=t60;
Bemerkung (Internet)=t40;Fax=t60;Bemerkung (Fax)=t40;Sonstige=t60;Bemerkung (Sonstige)=t40;
Bankleitzahl 1=t8;Bankbezeichnung 1=t30;Bank-Kontonummer 1=t10;Länderkennzeichen 1=t2;IBAN-Nr. 1=t34;
Leerfeld=t1;SWIFT-Code 1=t11;Abw. Kontoinhaber 1=t70;Kennz. Hauptbankverb. 1=f;
Bankverbindung 1 Gültig von=d8;Bankverbindung 1 Gültig bis=d8;Bankleitzahl 2=t8;Bankbezeichnung 2=t30;
Bank-Kontonummer 2=t10;Länderkennzeichen 2=t2;IBAN-Nr. 2=t34;Leerfeld=t1;SWIFT-Code 2=t11;
Abw. Kontoinhaber 2=t70;Kennz. Hauptbankverb. 2=f;Bankverbindung 2 Gültig von=d8;
Bankverbindung 2 Gültig bis=d8;Bankleitzahl 3=t8;Bankbezeichnung 3=t30;Bank-Kontonummer 3=t10;
Länderkennzeichen 3=t2;IBAN-Nr. 3=t34;Leerfeld=t1;SWIFT-Code 3=t11;Abw. Kontoinhaber 3=t70;
Kennz. Hauptbankverb. 3=f;Bankverbindung 3 Gültig von=d8;Bankverbindung 3 Gültig bis=d8;Bankleitzahl 4=t8;
Bankbezeichnung 4=t30;Bank-Kontonummer 4=t10;Länderkennzeichen 4=t2;IBAN-Nr. 4=t34;Leerfeld=t1;
SWIFT-Code 4=t11;Abw. Kontoinhaber 4=t70;Kennz. Hauptbankverb. 4=f;Bankverbindung 4 Gültig von=d8;
Bankverbindung 4 Gültig bis=d8;Bankleitzahl 5=t8;Bankbezeichnung 5=t30;Bank-Kontonummer 5=t10;
Länderkennzeichen 5=t2;IBAN-Nr. 5=t34;Leerfeld=t1;SWIFT-Code 5=t11;Abw. Kontoinhaber 5=t70;
Kennz. Hauptbankverb. 5=f;Bankverbindung 5 Gültig von=d8;Bankverbindung 5 Gültig bis=d8;Leerfeld=t1;
Briefanrede=t100;Grußformel=t50;Kundennummer=t15;Steuernummer=t20;Sprache=n2;Ansprechpartner=t40;
Vertreter=t40;Sachbearbeiter=t40;Diverse-Konto=f;Ausgabeziel=n1;Währungssteuerung=n1;
Kreditlimit (Debitor)=n10;Zahlungsbedingung=n3;Fälligkeit in Tagen (Debitor)=n3;
Skonto in Prozent (Debitor)=a2.2;Kreditoren-Ziel 1 (Tage)=n2;Kreditoren-Skonto 1 (%)=a2.2;
Kreditoren-Ziel 2 (Tage)=n2;Kreditoren-Skonto 2 (%)=a2.2;Kreditoren-Ziel 3 Brutto (Tage)=n3;
Kreditoren-Ziel 4 (Tage)=n2;Kreditoren-Skonto 4 (%)=a2.2;Kreditoren-Ziel 5 (Tage)=n2;
Kreditoren-Skonto 5 (%)=a2.2;Mahnung=n1;Kontoauszug=n1;Mahntext 1=n1;Mahntext 2=n1;Mahntext 3=n1;
Kontoauszugstext=n1;Mahnlimit Betrag=a5.2;Mahnlimit %=a2.2;Zinsberechnung=n1;Mahnzinssatz 1=a2.2;
Mahnzinssatz 2=a2.2;Mahnzinssatz 3=a2.2;Lastschrift=t1;Leerfeld=t1;Mandantenbank=n4;Zahlungsträger=t1;
Indiv. Feld 1=t40;Indiv. Feld 2=t40;Indiv. Feld 3=t40;Indiv. Feld 4=t40;Indiv. Feld 5=t40;Indiv. Feld 6=t40;
Indiv. Feld 7=t40;Indiv. Feld 8=t40;Indiv. Feld 9=t40;Indiv. Feld 10=t40;Indiv. Feld 11=t40;
Indiv. Feld 12=t40;Indiv. Feld 13=t40;Indiv. Feld 14=t40;Indiv. Feld 15=t40;
Abweichende Anrede (Rechnungsadresse)=t30;Adressart (Rechnungsadresse)=t3;Straße (Rechnungsadresse)=t36;
Postfach (Rechnungsadresse)=t10;Postleitzahl (Rechnungsadresse)=t10;Ort (Rechnungsadresse)=t30;
Land (Rechnungsadresse)=t2;Versandzusatz (Rechnungsadresse)=t50;Adresszusatz (Rechnungsadresse)=t36;
Abw. Zustellbezeichnung 1 (Rechnungsadresse)=t36;Abw. Zustellbezeichnung 2 (Rechnungsadresse)=t36;
Adresse Gültig von (Rechnungsadresse)=d8;Adresse Gültig bis (Rechnungsadresse)=d8;Bankleitzahl 6=t8;
Bankbezeichnung 6=t30;Bank-Kontonummer 6=t10;Länderkennzeichen 6=t2;IBAN-Nr. 6=t34;Leerfeld=t1;
SWIFT-Code 6=t11;Abw. Kontoinhaber 6=t70;Kennz. Hauptbankverb. 6=f;Bankverbindung 6 Gültig von=d8;
Bankverbindung 6 Gültig bis=d8;Bankleitzahl 7=t8;Bankbezeichnung 7=t30;Bank-Kontonummer 7=t10;
Länderkennzeichen 7=t2;IBAN-Nr. 7=t34;Leerfeld=t1;SWIFT-Code 7=t11;Abw. Kontoinhaber 7=t70;
Kennz. Hauptbankverb. 7=f;Bankverbindung 7 Gültig von=d8;Bankverbindung 7 Gültig bis=d8;Bankleitzahl 8=t8;
Bankbezeichnung 8=t30;Bank-Kontonummer 8=t10;Länderkennzeichen 8=t2;IBAN-Nr. 8=t34;Leerfeld=t1;
SWIFT-Code 8=t11;Abw. Kontoinhaber 8=t70;Kennz. Hauptbankverb. 8=f;Bankverbindung 8 Gültig von=d8;
Bankverbindung 8 Gültig bis=d8;Bankleitzahl 9=t8;Bankbezeichnung 9=t30;Bank-Kontonummer 9=t10;
Länderkennzeichen 9=t2;IBAN-Nr. 9=t34;Leerfeld=t1;SWIFT-Code 9=t11;Abw. Kontoinhaber 9=t70;
Kennz. Hauptbankverb. 9=f;Bankverbindung 9 Gültig von=d8;Bankverbindung 9 Gültig bis=d8;Bankleitzahl 10=t8;
Bankbezeichnung 10=t30;Bank-Kontonummer 10=t10;Länderkennzeichen 10=t2;IBAN-Nr. 10=t34;Leerfeld=t1;
SWIFT-Code 10=t11;Abw. Kontoinhaber 10=t70;Kennz. Hauptbankverb. 10=f;Bankverbindung 10 Gültig von=d8;
Bankverbindung 10 Gültig bis=d8;Nummer Fremdsystem=t15;Insolvent=f;SEPA-Mandatsreferenz 1=t35;
SEPA-Mandatsreferenz 2=t35;SEPA-Mandatsreferenz 3=t35;SEPA-Mandatsreferenz 4=t35;SEPA-Mandatsreferenz 5=t35;
SEPA-Mandatsreferenz 6=t35;SEPA-Mandatsreferenz 7=t35;SEPA-Mandatsreferenz 8=t35;SEPA-Mandatsreferenz 9=t35;
SEPA-Mandatsreferenz 10=t35;Verknüpftes OPOS-Konto=n9;Mahnsperre bis=d8;Lastschriftsperre bis=d8;
Zahlungssperre bis=d8;Gebührenberechnung=n1;Mahngebühr 1=a2.2;Mahngebühr 2=a2.2;Mahngebühr 3=a2.2;
Pauschalenberechnung=n1;Verzugspauschale 1=a3.2;Verzugspauschale 2=a3.2;Verzugspauschale 3=a3.2;
Alternativer Suchname=t50;Status=n1;Anschrift manuell geändert (Korrespondenzadresse)=n1;
Anschrift individuell (Korrespondenzadresse)=t306;Anschrift manuell geändert (Rechnungsadresse)=n1;
Anschrift individuell (Rechnungsadresse)=t306;Fristberechnung bei Debitor=n1;Mahnfrist 1=n3;Mahnfrist 2=n3;
Mahnfrist 3=n3;Letzte Frist=n3`)
