/**
 * Properties of the resources as the vendor's specification has them: s text (with its longest length), d decimal,
 * t time, b yes or no, i whole number, e one of some words, l list or object; ! read-only, - not to be filtered by.
 * https://github.com/weclapp/sdk
 */
export const PROPERTIES: Record<string, string> = {
  article: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- articleNumber:s1000
    description:s ean:s18 fixedPurchaseQuantity:d internalNote:s1000 manufacturerPartNumber:s300
    matchCode:s1000 minimumPurchaseQuantity:d name:s300 procurementLeadDays:i shortDescription1:s
    shortDescription2:s taxRateType:e(REDUCED|SLIGHTLY_REDUCED|STANDARD|SUPER_REDUCED|ZERO) unitId:s
    accountId:s accountingCodeId:s active:b applyCashDiscount:b articleAlternativeQuantities:l-
    articleCalculationPrices:l- articleCategoryId:s articleGrossWeight:d articleHeight:d articleImages:l-
    articleLength:d articleNetWeight:d articlePrices:l- articleType:e articleWidth:d
    availableForSalesChannels:l- availableInSale:b averageDeliveryTime:i barcode:s4000 batchNumberRequired:b
    billOfMaterialPartDeliveryPossible:b catalogCode:s255 commissionRate:d contractBillingCycle:e
    contractBillingMode:e(NON_RECURRENT|RECURRENT) countryOfOriginCode:s5 customerArticleNumbers:l-
    customsDescription:s256 customsTariffNumberId:s defaultLoadingEquipmentIdentifierId:s
    defaultPriceCalculationType:e(MARGIN_CALCULATION|PURCHASE|RECOMMENDED_RETAIL_PRICE|SALES)
    defaultStoragePlaces:l- defineIndividualTaskTemplates:b expenseAccountId:s expirationDays:i
    invoicingType:e(EFFORT|FIXED_PRICE) launchDate:t loadingEquipmentArticleId:s longText:s lowLevelCode:i!
    manufacturerId:s
    marginCalculationPriceType:e(ARTICLE_CALCULATION_PRICE|EMPLOYEE_COST|MOVING_AVERAGE|PURCHASE_PRICE_PRODUCTION_COST)
    minimumStockQuantity:d packagingQuantity:i packagingUnitBaseArticleId:s packagingUnitParentArticleId:s
    plannedWorkingTimePerUnit:i primarySupplySourceId:s producerType:s63 productionArticle:b
    productionBillOfMaterialItems:l- productionConfigurationRule:e purchaseCostCenterId:s
    quantityConversions:l- ratingId:s recordItemGroupName:s1000 safetyStockDays:i
    salesBillOfMaterialItems:l- salesCostCenterId:s sellByDate:t sellFromDate:t serialNumberRequired:b
    serviceArticleForServiceQuotaBookingId:s serviceQuotaQuantity:d showOnDeliveryNote:b statusId:s
    supplySources:l- supportUntilDate:t systemCode:s4000 tags:l targetStockQuantity:d
    useAvailableForSalesChannels:b useSalesBillOfMaterialItemPrices:b
    useSalesBillOfMaterialItemPricesForPurchase:b useSalesBillOfMaterialSubitemCosts:b
  `,
  articlePrice: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! currencyId:s customerId:s description:s255 endDate:t
    lastModifiedByUserId:s! price:d priceScaleType:e(SCALE_FROM|SCALE_TO) priceScaleValue:d
    reductionAdditions:l- startDate:t salesChannel:e articleId:s
  `,
  party: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- addresses:l- birthDate:t
    company:s1000 company2:s1000 deliveryAddressId:s email:s1000 emailHome:s1000- fax:s1000 firstName:s1000
    invoiceAddressId:s lastName:s1000 middleName:s1000 mobilePhone1:s1000- onlineAccounts:l-
    partyType:e(ORGANIZATION|PERSON) personCompany:s1000 personDepartmentId:s personRoleId:s phone:s1000
    primaryAddressId:s salutation:e(COMPANY|FAMILY|MR|MRS|NO_SALUTATION) tags:l titleId:s website:s1000
    bankAccounts:l- commercialLanguageId:s- commissionBlock:b commissionSalesPartners:l- companySizeId:s
    competitor:b contacts:l- convertedOnDate:t! currencyId:s customer:b
    customerAllowDropshippingOrderCreation:b customerAmountInsured:d customerAnnualRevenue:d
    customerBlockNotice:s1000 customerBlocked:b customerBusinessType:e(B2B|B2C|B2G) customerCategoryId:s
    customerCreditLimit:d customerCurrentSalesStageId:s customerDebtorAccountId:s
    customerDebtorAccountingCodeId:s customerDefaultHeaderDiscount:d customerDefaultHeaderSurcharge:d
    customerDefaultShippingCarrierId:s customerDefaultWarehouseId:s customerDeliveryBlock:b
    customerInsolvent:b customerInsured:b customerInternalNote:s4000 customerLossDescription:s
    customerLossReasonId:s customerNonStandardTaxId:s customerNumber:s1000 customerNumberOld:s1000
    customerPaymentMethodId:s customerSalesChannel:e
    customerSalesOrderPaymentType:e(ADVANCE_PAYMENT|COUNTER_SALES|PART_PAYMENT|PREPAYMENT|STANDARD)
    customerSalesProbability:i customerSalesStageHistory:l!-
    customerSatisfaction:e(NEUTRAL|SATISFIED|UNSATISFIED) customerShipmentMethodId:s
    customerSupplierNumber:s1000 customerTermOfPaymentId:s customerUseCustomsTariffNumber:b
    deliveryEmailAddressesId:s description:s dunningAddressId:s dunningEmailAddressesId:s
    enableDropshippingInNewSupplySources:b eoriNumber:s1000 factoring:b fixPhone2:s1000
    fixedResponsibleUser:b formerSalesPartner:b habitualExporter:b imageId:s invoiceBlock:b
    invoiceRecipientId:s leadRatingId:s leadSourceId:s
    leadStatus:e(CONVERTED|DISQUALIFIED|NEW|PREQUALIFIED|QUALIFIED) legalFormId:s mobilePhone2:s1000
    optInEmail:b optInLetter:b optInPhone:b optInSms:b parentPartyId:s partyEmailAddresses:l-
    partyHabitualExporterLettersOfIntent:l- phoneHome:s1000 primaryContactId:s publicPageExpirationDate:t!
    publicPageUuid:s1000! purchaseEmailAddressesId:s purchaseViaPlafond:b quotationEmailAddressesId:s
    ratingId:s referenceNumber:s1000 regionId:s! responsibleUserId:s salesInvoiceEmailAddressesId:s
    salesOrderEmailAddressesId:s salesPartner:b salesPartnerDefaultCommissionFix:d
    salesPartnerDefaultCommissionPercentage:d
    salesPartnerDefaultCommissionType:e(FIX|FIX_AND_MARGIN|FIX_AND_REVENUE|MARGIN|NO_COMMISSION|REVENUE)
    sectorId:s supplier:b supplierActive:b supplierCreditorAccountId:s supplierCreditorAccountingCodeId:s
    supplierCustomerNumberAtSupplier:s64 supplierDefaultShippingCarrierId:s supplierInternalNote:s1000
    supplierMergeItemsForOcrInvoiceUpload:b supplierMinimumPurchaseOrderAmount:d supplierNonStandardTaxId:s
    supplierNumber:s1000 supplierNumberOld:s1000 supplierOrderBlock:b supplierPaymentMethodId:s
    supplierShipmentMethodId:s supplierTermOfPaymentId:s taxId:s1000 topics:l- vatIdentificationNumber:s1000
    xRechnungLeitwegId:s46
  `,
  address: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! city:s1000 company:s1000 company2:s1000
    countryCode:s5 deliveryAddress:b- firstName:s1000 globalLocationNumber:s1000 invoiceAddress:b-
    lastName:s1000 phoneNumber:s1000 postOfficeBoxCity:s1000 postOfficeBoxNumber:s1000
    postOfficeBoxZipCode:s1000 primaryAddress:b- salutation:e(COMPANY|FAMILY|MR|MRS|NO_SALUTATION)
    state:s1000 street1:s1000 street2:s1000 titleId:s zipcode:s1000
  `,
  webhook: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! atCreate:b atDelete:b atUpdate:b deactivatedDate:t
    entityName:s255 errorMessage:s255 requestMethod:e(GET|POST) url:s1000
  `,
  timeRecord: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- articleId:s billable:b!-
    billableDurationSeconds:i billableInvoiceStatus:e(INVOICED|NOT_INVOICED|PARTLY_INVOICED)! customerId:s
    description:s durationSeconds:i externalConnectionSourceId:s1000! hourlyRate:d
    performanceRecordedStatus:e(NOT_PERFORMANCE_RECORDED|PERFORMANCE_RECORDED|UNDEFINED)! placeOfServiceId:s
    printOnPerformanceRecord:b projectId:s projectTaskId:s salesInvoiceId:s salesOrderId:s
    salesOrderTicketId:s serviceQuotaId:s startDate:t taskId:s ticketId:s timeRecordSource:e(TEAMVIEWER)!
    userId:s
  `,
  salesOrder: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- commercialLanguage:s255
    creatorId:s!- description:s disableRecordEmailingRule:b- recordComment:s recordFreeText:s
    recordOpening:s sentToRecipient:b tags:l currencyConversionDate:t! currencyConversionLocked:b
    currencyConversionRate:d grossAmount:d! grossAmountInCompanyCurrency:d! headerDiscount:d
    headerSurcharge:d netAmount:d! netAmountInCompanyCurrency:d! nonStandardTaxId:s paymentMethodId:s
    recordCurrencyId:s termOfPaymentId:s commission:s255 commissionSalesPartners:l- customerId:s
    dispatchCountryCode:s5 factoring:b- pricingDate:t responsibleUserId:s salesChannel:e servicePeriodFrom:t
    servicePeriodTo:t shipmentMethodId:s defaultShippingCarrierId:s deliveryAddress:l-
    deliveryEmailAddresses:l- invoiceAddress:l- plannedDeliveryDate:t plannedShippingDate:t recordAddress:l-
    salesInvoiceEmailAddresses:l- advancePaymentAmount:d- advancePaymentStatus:e(OPEN|PAID)!
    applyShippingCostsOnlyOnce:b cashAccountId:s customerHabitualExporterLetterOfIntentId:s
    defaultShippingReturnCarrierId:s ecommerceOrder:l- fulfillmentProviderId:s invoiceRecipientId:s
    invoiced:b! note:s512 onlyServices:b orderDate:t orderItems:l- orderNumber:s30 orderNumberAtCustomer:s64
    paid:b! payments:l- plannedProjectEndDate:t plannedProjectStartDate:t projectGoals:s projectMembers:l-
    projectModeActive:b quotationId:s recordAsn:s- recordCommentInheritance:b recordEmailAddresses:l-
    recordFreeTextInheritance:b recordOpeningInheritance:b
    salesOrderPaymentType:e(ADVANCE_PAYMENT|COUNTER_SALES|PART_PAYMENT|PREPAYMENT|STANDARD)
    sepaDirectDebitMandateId:s servicesFinished:b! shipped:b! shippingCostItems:l- shippingLabelsCount:i
    status:e(CANCELLED|CLOSED|MANUALLY_CLOSED|ORDER_CONFIRMATION_PRINTED|ORDER_ENTRY_IN_PROGRESS)
    statusHistory:l!- template:b warehouseId:s
  `,
  salesOrderItem: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- articleId:s note:s1000
    positionNumber:i- quantity:d- description:s descriptionFixed:b-
    itemType:e(DEFAULT|FREE_TEXT|SERVICE|SERVICE_QUOTA) manualQuantity:b- parentItemId:s- title:s1000
    unitId:s discountPercentage:d grossAmount:d! grossAmountInCompanyCurrency:d! manualUnitPrice:b-
    netAmount:d! netAmountForStatistics:d! netAmountForStatisticsInCompanyCurrency:d!
    netAmountInCompanyCurrency:d! reductionAdditionItems:l- taxId:s unitPrice:d
    unitPriceInCompanyCurrency:d! addPageBreakBefore:b groupName:s1000 commissionSalesPartners:l-
    manualUnitCost:b- recommendedRetailPrice:d! servicePeriodFrom:t servicePeriodTo:t unitCost:d
    unitCostInCompanyCurrency:d! invoicingType:e(EFFORT|FIXED_PRICE) manualPlannedWorkingTimePerUnit:b
    plannedDeliveryDate:t plannedShippingDate:t plannedWorkingTimePerUnit:i contractChargeId:s!
    ecommerceOrderItemIds:l- invoicedQuantity:d! picks:l- returnedQuantity:d!- serviceQuotaId:s! shipped:b!-
    shippedQuantity:d! tasks:l!-
  `,
  recordAddress: `
    city:s1000 company:s1000 company2:s1000 countryCode:s5 firstName:s1000 globalLocationNumber:s1000
    lastName:s1000 middleName:s1000 phoneNumber:s1000 postOfficeBoxCity:s1000 postOfficeBoxNumber:s1000
    postOfficeBoxZipCode:s1000 salutation:e(COMPANY|FAMILY|MR|MRS|NO_SALUTATION) state:s1000 street1:s1000
    street2:s1000 titleId:s zipcode:s1000
  `,
  customAttribute: `
    attributeDefinitionId:s- booleanValue:b- dateValue:t- entityId:s- entityReferences:l- numberValue:d-
    selectedValueId:s- selectedValues:l- stringValue:s-
  `,
  salesInvoice: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- commercialLanguage:s255
    creatorId:s!- description:s disableRecordEmailingRule:b- recordComment:s recordFreeText:s
    recordOpening:s sentToRecipient:b tags:l currencyConversionDate:t! currencyConversionLocked:b
    currencyConversionRate:d grossAmount:d! grossAmountInCompanyCurrency:d! headerDiscount:d
    headerSurcharge:d netAmount:d! netAmountInCompanyCurrency:d! nonStandardTaxId:s paymentMethodId:s
    recordCurrencyId:s termOfPaymentId:s commission:s255 commissionSalesPartners:l- customerId:s
    dispatchCountryCode:s5 factoring:b- pricingDate:t responsibleUserId:s salesChannel:e servicePeriodFrom:t
    servicePeriodTo:t shipmentMethodId:s bookingDate:t bookingText:s768 cancellationDate:t
    cancellationNumber:s1000! cancellationSlipCommissionBlock:b cancellationSlipCommissionSettlementDone:b!-
    collectiveInvoicePositionPrintType:e commissionBlock:b commissionSettlementDone:b!- costCenterId:s
    costTypeId:s creditResetsOrderState:b customerHabitualExporterLetterOfIntentId:s deliveryAddress:l-
    deliveryDate:t directDebitFileCreated:b directDebitFileLatestDate:t! dueDate:t
    dunningBlockDateUntilDate:t! dunningBlockNote:s1000!
    dunningBlockState:e(BLOCKED|TEMPORAL_BLOCKED|UNBLOCKED)! epcQrCodeReference:s!- invoiceDate:t
    invoiceNumber:s255 orderNumberAtCustomer:s255 paid:b!
    paymentStatus:e(CLEARED_WITH_CREDIT_NOTE|CREDIT_NOTE_CLEARED|NO_OPEN_ITEM|OPEN|PAID|UNKNOWN)
    precedingSalesInvoiceId:s! quotationId:s! recordAddress:l- recordCommentInheritance:b-
    recordEmailAddresses:l- recordFreeTextInheritance:b- recordOpeningInheritance:b- salesInvoiceItems:l-
    salesInvoiceType:e salesOrderId:s- salesOrders:l- sepaDirectDebitMandateId:s shippingCostItems:l-
    shippingDate:t status:e(CANCELLED|DOCUMENT_CREATED|ENTRY_COMPLETED|NEW|OPEN_ITEM_CREATED)
    statusHistory:l!- vatRegistrationNumber:s1000
  `,
  salesOpenItem: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! amount:d amountDiscount:d amountOpen:d amountPaid:d
    clearanceDate:t cleared:b openItemNumber:s255 openItemType:e paymentApplications:l- salesInvoiceId:s!
  `,
  paymentApplication: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! amountApplied:d amountAppliedOriginCurrency:d
    amountCostsOfMonetaryTraffic:d amountDiscountApplied:d bankTransactionId:s cashTransactionId:s
    createdById:s openItemClearingId:s
  `,
  quotation: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- commercialLanguage:s255
    creatorId:s!- description:s disableRecordEmailingRule:b- recordComment:s recordFreeText:s
    recordOpening:s sentToRecipient:b tags:l currencyConversionDate:t! currencyConversionLocked:b
    currencyConversionRate:d grossAmount:d! grossAmountInCompanyCurrency:d! headerDiscount:d
    headerSurcharge:d netAmount:d! netAmountInCompanyCurrency:d! nonStandardTaxId:s paymentMethodId:s
    recordCurrencyId:s termOfPaymentId:s commission:s255 commissionSalesPartners:l- customerId:s
    dispatchCountryCode:s5 factoring:b- pricingDate:t responsibleUserId:s salesChannel:e servicePeriodFrom:t
    servicePeriodTo:t shipmentMethodId:s defaultShippingCarrierId:s deliveryAddress:l-
    deliveryEmailAddresses:l- invoiceAddress:l- plannedDeliveryDate:t plannedShippingDate:t recordAddress:l-
    salesInvoiceEmailAddresses:l- activeVersion:b expectedSignatureDate:t- invoiceRecipientId:s
    mergedToQuotationId:s! opportunityId:s publicLink:s- quotationDate:t quotationItems:l-
    quotationNumber:s30 quotationType:e(BLANKET_SALES_ORDER|CONTRACT|NONE|PROJECT|SALES_INVOICE|SALES_ORDER)
    quotationVersion:i! recordCommentInheritance:b recordEmailAddresses:l- recordFreeTextInheritance:b
    recordOpeningInheritance:b rejectionReason:s requestDate:t salesOrderEmailAddresses:l-
    salesProbability:i salesStageHistory:l!- salesStageId:s shippingCostItems:l-
    status:e(ACCEPTED|CANCELLED|INQUIRED|OPEN|REJECTED) statusHistory:l!- template:b validFrom:t validTo:t
    warehouseId:s
  `,
  bankTransaction: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! accountForCostsOfMonetaryTrafficId:s
    accountForDunningFeeId:s additionalEcommerceId:s1000 amount:d amountCostsOfMonetaryTraffic:d cleared:b
    createdById:s currencyId:s description:s ecommerceId:s1000 effectiveDate:t externalConnectionId:s
    externalRecordNumber:s1000 origin:e partyId:s! paymentMethodId:s paymentToleranceAccountId:s
    paymentType:e(DISBURSEMENT|RECEIPT)
  `,
  unit: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! description:s60 name:s150 timeUnitAmount:i
  `,
  currency: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! currencySymbol:s8 name:s150
  `,
  warehouse: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! customAttributes:l- active:b!
    defaultConsolidationStoragePlaceId:s defaultProductionStoragePlaceId:s defaultReturnsStoragePlaceId:s
    defaultStoragePlaceId:s deliveryAddress:l- directBookingInternalTransportReferenceId:s invoiceAddress:l-
    loadingEquipmentStoragePlace:l- name:s150 primaryAddress:l- shortIdentifier:s1000 standard:b
    transitStoragePlace:l- warehouseType:e(CONSIGNMENT|DROP_SHIPPING|STANDARD)
  `,
  termOfPayment: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! conditions:l- datevTermOfPaymentNumber:i
    description:s dueDateOption:e(END_OF_MONTH|FIX|IMMEDIATE|PERIOD) fixedDay:i name:s255 numberOfDays:i
    reference:s30 validFrom:t validTo:t
  `,
  customAttributeDefinition: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! active:b attributeDescription:s
    attributeEntityType:e attributeKey:s256 attributeLabels:l-
    attributeType:e(BOOLEAN|DATE|DECIMAL|ENTITY|INTEGER|LARGE_TEXT|LIST|MULTISELECT_LIST|REFERENCE|STRING|URL)
    conditions:l- defaultBooleanValue:b defaultDateValue:t defaultNumberValue:d defaultStringValue:s
    entities:l- groupName:s1000 label:s1000 legacyEntities:l- mandatory:b permissions:l- publicPageTypes:l-
    readOnly:b selectableValues:l- showAttributeEntityType:b- showInOverview:b showOnCreationDialog:b
    systemCustomAttribute:b!
  `,
  articleCategory: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! articleAccountingCodeId:s
    articleCategoryClassificationId:s costTypeId:s description:s120 imageId:s! name:s120 parentCategoryId:s
    purchaseCostCenterId:s salesCostCenterId:s
  `,
  warehouseStock: `
    id:s! createdDate:t! lastModifiedDate:t! version:s! articleId:s batchNumberId:s inboundDate:t
    internalTransportReferenceId:s packagingUnits:l- picks:l- quantity:d salesOrderItemId:s serialNumbers:l-
    storagePlaceId:s warehouseId:s
  `,
}
